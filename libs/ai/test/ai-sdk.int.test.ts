import type { Client } from '@tetracast/client';
import { produce, type Producer } from '@tetracast/client/stream';
import type { TestService } from '@tetracast/service-kit/testing';
import { Inbox, uniqueChannel, until } from '@tetracast/testing';
import { useChat, type UseChatHelpers } from '@ai-sdk/react';
import { createUIMessageStream, createUIMessageStreamResponse, type UIMessage } from 'ai';
import { createElement, type FunctionComponent, type ReactElement, StrictMode } from 'react';
import type { Root } from 'react-dom/client';
import { createChatTransport } from '../src/ai-sdk';
import { type Answer, type AnswerStore, type FetchFunction, storeIn, storeStream } from '../src/index';
import { connectTo, startServer } from './start-server';

interface JsdomModule {
  readonly JSDOM: new (html: string, options: { readonly url: string }) => { readonly window: Window };
}

/** An answer that the back end writes. */
interface Writing {
  readonly body: { readonly id: string; readonly messages: readonly UIMessage[] };
  readonly out: Producer;
  readonly say: (text: string) => void;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

let server: TestService;
let producer: Client;
let asked: Inbox<Writing>;
let pages: Page[];
let storage: Storage;
let store: AnswerStore;
beforeAll(async () => {
  server = await startServer();
  producer = connectTo(server.url);
  const { window } = new (jest.requireActual<JsdomModule>('jsdom').JSDOM)('', { url: 'http://chat.example/' });
  const { document, navigator, localStorage } = window;
  storage = localStorage;
  // React looks for the page when it is loaded.
  Object.assign(globalThis, { window, document, navigator });
});
afterAll(async () => {
  producer.close();
  await server.close();
});
beforeEach(() => {
  asked = new Inbox('requests');
  pages = [];
  storage.clear();
  store = storeIn(storage);
});
afterEach(() => pages.forEach((page) => page.close()));

/** A route of a back end that uses the AI SDK. */
const route: FetchFunction = async (_url, init) => {
  const channel = uniqueChannel();
  const out = produce(producer, channel);
  const stream = createUIMessageStream({
    onError: (error) => (error as Error).message,
    execute: ({ writer }) =>
      new Promise<void>((resolve, reject) => {
        writer.write({ type: 'start', messageId: channel });
        writer.write({ type: 'text-start', id: '1' });
        asked.push({
          body: JSON.parse(init?.body as string) as Writing['body'],
          out,
          say: (delta) => writer.write({ type: 'text-delta', id: '1', delta }),
          finish: () => {
            writer.write({ type: 'text-end', id: '1' });
            writer.write({ type: 'finish' });
            resolve();
          },
          fail: reject,
        });
      }),
  });
  return createUIMessageStreamResponse({
    stream,
    headers: { 'tetracast-channel': channel },
    consumeSseStream: ({ stream: texts }) => storeStream(out, texts),
  });
};

const textOf = ({ parts }: UIMessage): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** A page of a chat. */
class Page {
  readonly #client = connectTo(server.url);
  readonly #transport = createChatTransport({ client: this.#client, store, fetch: route });
  readonly #container = document.createElement('main');
  #root: Root | undefined;
  chat: UseChatHelpers<UIMessage> | undefined;

  constructor(readonly id: string) {
    pages.push(this);
  }

  async open(wrap: (page: ReactElement) => ReactElement = (page) => page): Promise<this> {
    const { createRoot } = await import('react-dom/client');
    const Chat: FunctionComponent = () => {
      const chat = useChat({ id: this.id, transport: this.#transport, resume: true });
      this.chat = chat;
      const texts = chat.messages.map((message) => `${message.role}: ${textOf(message)}`);
      return createElement('p', null, [...texts, chat.error?.message ?? chat.status].join(', '));
    };
    this.#root = createRoot(this.#container);
    this.#root.render(wrap(createElement(Chat)));
    await until(() => this.chat !== undefined);
    return this;
  }

  async ask(text: string): Promise<Writing> {
    void this.chat?.sendMessage({ text });
    return asked.one();
  }

  /** Resolves once the page shows `text`. */
  expectShown(text: string): Promise<void> {
    return until(() => this.#container.textContent === text);
  }

  /** As a reload does, or the end of a tab. */
  close(): void {
    this.#root?.unmount();
    this.#client.close();
  }
}

const open = (id: string): Promise<Page> => new Page(id).open();

function stopOf({ out }: Writing): Promise<unknown> {
  return new Promise((resolve) => out.signal.addEventListener('abort', () => resolve(out.signal.reason)));
}

describe('useChat', () => {
  it('streams an answer, which goes on after a cut connection, and then another', async () => {
    const page = await open('chat-1');
    const first = await page.ask('hi');
    expect(first.body).toMatchObject({ id: 'chat-1', messages: [{ parts: [{ text: 'hi' }] }] });
    first.say('Hel');
    await page.expectShown('user: hi, assistant: Hel, streaming');
    for (const socket of server.sockets) socket.destroy();
    first.say('lo');
    first.finish();
    await page.expectShown('user: hi, assistant: Hello, ready');
    const second = await page.ask('more');
    second.say('Yes');
    second.finish();

    await page.expectShown('user: hi, assistant: Hello, user: more, assistant: Yes, ready');
    expect(storage).toHaveLength(0);
  });

  it.each([
    ['', (page: ReactElement): ReactElement => page],
    [' under StrictMode', (page: ReactElement): ReactElement => createElement(StrictMode, null, page)],
  ])('continues an answer after a reload%s, and asks once', async (_where, wrap) => {
    const page = await new Page('chat-2').open(wrap);
    const answer = await page.ask('hi');
    answer.say('Hel');
    await page.expectShown('user: hi, assistant: Hel, streaming');
    page.close();
    answer.say('lo');
    const again = await new Page('chat-2').open(wrap);
    await again.expectShown('assistant: Hello, streaming');
    answer.say(' world');
    answer.finish();

    await again.expectShown('assistant: Hello world, ready');
    expect([asked.items.length, answer.out.signal.aborted, storage.length]).toEqual([1, false, 0]);
  });

  it('has an answer that ended while no page was open, once', async () => {
    const page = await open('chat-3');
    const answer = await page.ask('hi');
    page.close();
    answer.say('Hello');
    answer.finish();
    const again = await open('chat-3');
    await again.expectShown('assistant: Hello, ready');
    const later = await open('chat-3');

    await later.expectShown('ready');
  });

  it.each(['the tab that asked', 'another tab'])('stops an answer from %s for both', async (who) => {
    const page = await open('chat-4');
    const answer = await page.ask('hi');
    const stopped = stopOf(answer);
    answer.say('Hel');
    await page.expectShown('user: hi, assistant: Hel, streaming');
    const other = await open('chat-4');
    await other.expectShown('assistant: Hel, streaming');
    await (who === 'another tab' ? other : page).chat?.stop();

    expect(await stopped).toMatchObject({ code: 'cancelled' });
    await page.expectShown('user: hi, assistant: Hel, ready');
    await other.expectShown('assistant: Hel, ready');
  });

  it('does not stop an answer that it resumes again', async () => {
    const page = await open('chat-5');
    const answer = await page.ask('hi');
    answer.say('Hel');
    const other = await open('chat-5');
    await other.expectShown('assistant: Hel, streaming');
    void other.chat?.resumeStream();
    answer.say('lo');
    answer.finish();

    await other.expectShown('assistant: Hello, ready');
    expect(answer.out.signal.aborted).toBe(false);
  });

  it.each<[string, (answer: Writing) => unknown]>([
    ['the model fails', ({ fail }) => fail(new Error('no more tokens'))],
    ['the producer fails', ({ out }) => out.fail('no more tokens')],
  ])('shows why an answer is not whole: %s', async (_what, fail) => {
    const page = await open('chat-6');
    const answer = await page.ask('hi');
    answer.say('Hel');
    await page.expectShown('user: hi, assistant: Hel, streaming');
    await fail(answer);
    await page.expectShown('user: hi, assistant: Hel, no more tokens');
    expect(storage).toHaveLength(0);
  });
});

describe('the transport', () => {
  it('finds an answer on a device whose store asks a back end', async () => {
    const page = await open('chat-7');
    const answer = await page.ask('hi');
    answer.say('Hello');
    const known = await store.get('chat-7');
    store = { get: async (id) => (id === 'chat-7' ? known : undefined), set: () => undefined, delete: () => undefined };
    const phone = await open('chat-7');
    await phone.expectShown('assistant: Hello, streaming');
    answer.finish();

    await phone.expectShown('assistant: Hello, ready');
  });

  it.each([
    ['is not stored any more', uniqueChannel()],
    ['may not be read', 'no name'],
  ])('forgets an answer that %s', async (_what, channel) => {
    void store.set('chat-8', { channel });
    const page = await open('chat-8');
    await until(() => storage.length === 0);

    await page.expectShown('ready');
  });

  it('keeps answers in memory where there is no storage', async () => {
    await using client = connectTo(server.url);
    const transport = createChatTransport({ client, fetch: route });

    expect(await transport.reconnectToStream({ chatId: 'chat-8' })).toBeNull();
  });

  it('goes on when its storage is full', async () => {
    const full = storeIn({
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
      removeItem: () => undefined,
    });
    const answer: Answer = { channel: 'a' };

    expect(full.set('chat-9', answer)).toBeUndefined();
  });
});
