import { type Client, createClient, type Message } from '@tetracast/client';
import { presence } from '@tetracast/client/presence';
import { publish, startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS, ROOMS_FILE, uniqueChannel, until } from '@tetracast/testing';
import { createElement, type FunctionComponent, StrictMode } from 'react';
import type { Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import WebSocket from 'ws';
import { TetracastProvider, useChannel, useClient, usePresence, useStatus } from '../src/index';

interface JsdomModule {
  readonly JSDOM: new (html: string) => { readonly window: Window };
}

let server: TestService;
let root: Root;
let container: Element;
beforeAll(async () => {
  server = await startService(plugins, { ...NO_LIMITS, NAMESPACES_FILE: ROOMS_FILE, PRESENCE_GRACE: '0s' });
  const { window } = new (jest.requireActual<JsdomModule>('jsdom').JSDOM)('<main></main>');
  const { document, navigator } = window;
  // React looks for the page when it is loaded.
  Object.assign(globalThis, { window, document, navigator });
});
afterAll(() => server.close());

beforeEach(async () => {
  const { createRoot } = await import('react-dom/client');
  container = document.createElement('main');
  root = createRoot(container);
});
afterEach(() => root.unmount());

const shown = (): string => container.textContent;
/** Resolves once the page shows `text`. */
const expectShown = (text: string): Promise<void> => until(() => shown() === text);

interface Props {
  readonly channel?: string;
  readonly limit?: number;
}

const Numbers: FunctionComponent<Props> = ({ channel, limit = 100 }) => {
  const { messages, error } = useChannel<number>(channel, { after: 'earliest', limit });
  return createElement('p', null, error?.code ?? messages.map(({ data }: Message<number>) => data).join());
};
const Room: FunctionComponent<Props> = ({ channel }) => {
  const { members, error } = usePresence(channel);
  const keys = members.map(({ client }) => client).sort();
  return createElement('p', null, error?.code ?? keys.join());
};
const StatusText: FunctionComponent = () => createElement('p', null, useStatus().state);

function connect(): ReturnType<typeof createClient> {
  return createClient({ url: server.url, WebSocket });
}

describe('useChannel', () => {
  it('has each message once under StrictMode, and keeps the newest', async () => {
    await using client = connect();
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2, 3]);
    const show = (limit: number): void =>
      root.render(
        createElement(
          StrictMode,
          null,
          createElement(TetracastProvider, { client }, createElement(Numbers, { channel, limit })),
        ),
      );
    show(4);
    await expectShown('1,2,3');
    await publish(server, channel, [4, 5]);

    await expectShown('2,3,4,5');
  });

  it('changes the channel, ends with the component, and says what ended it', async () => {
    await using client = connect();
    const [first, second] = [uniqueChannel(), uniqueChannel()];
    await publish(server, first, [1]);
    await publish(server, second, [2]);
    const show = (channel?: string): void =>
      root.render(
        createElement(TetracastProvider, { client }, createElement(Numbers, channel === undefined ? {} : { channel })),
      );
    show(first);
    await expectShown('1');
    show(second);
    await expectShown('2');
    show('no name');
    await expectShown('invalid_channel');
    show();

    await expectShown('');
    expect(client.status).toEqual({ state: 'idle' });
  });
});

describe('usePresence', () => {
  const show = (client: Client, channel?: string): void => {
    const room = createElement(Room, channel === undefined ? {} : { channel });
    root.render(createElement(StrictMode, null, createElement(TetracastProvider, { client }, room)));
  };

  it('has the members, with this client once under StrictMode, until the component goes', async () => {
    await using client = createClient({ url: server.url, WebSocket, clientKey: 'page' });
    await using other = createClient({ url: server.url, WebSocket, clientKey: 'other' });
    await using members = presence(other, 'room:1');
    await members.next();
    show(client, 'room:1');
    await expectShown('other,page');
    show(client);
    await expectShown('');
    for await (const { length } of members) if (length === 1) break;
  });

  it('says what ended it', async () => {
    await using client = connect();
    show(client, 'no-presence');

    await expectShown('invalid_request');
  });
});

describe('useStatus', () => {
  it('follows the connection', async () => {
    await using client = connect();
    root.render(
      createElement(TetracastProvider, { client }, createElement(StatusText), createElement(Numbers, { channel: 'a' })),
    );

    await expectShown('connected');
  });

  it('is idle on a server, where nothing connects', async () => {
    await using client = connect();
    const page = createElement(
      TetracastProvider,
      { client },
      createElement(StatusText),
      createElement(Numbers, { channel: 'a' }),
      createElement(Room, { channel: 'room:1' }),
    );

    expect(renderToString(page)).toBe('<p>idle</p><p></p><p></p>');
    expect(client.status).toEqual({ state: 'idle' });
  });
});

it('a hook without a provider says what is missing', () => {
  const Lonely: FunctionComponent = () => createElement('p', null, useClient().status.state);

  expect(() => renderToString(createElement(Lonely))).toThrow('TetracastProvider');
});
