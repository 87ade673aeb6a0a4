import type { TestService } from '@tetracast/service-kit/testing';
import { SignJWT } from 'jose';
import type { IncomingMessage } from 'node:http';
import type { TetracastError } from '../src/index';
import { produce } from '../src/stream';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { connectedOver, statusOf } from './status-story';

const SECRET = 'a secret of at least thirty-two bytes, for the tests';
const ALLOWED = { subscribe: ['news', 'sport'], publish: ['news'] };

let server: TestService;
beforeAll(async () => {
  // The notice that a token will expire comes at once.
  server = await startServer({ AUTH_SECRET: SECRET, TOKEN_EXPIRY_WARNING: '1h' });
});
afterAll(() => server.close());

function mint(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return new SignJWT({ sub: 'ann', tetracast: ALLOWED, exp: Math.floor(Date.now() / 1000) + 600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
}

describe.each(TRANSPORTS)('a token over %s', (transport) => {
  it('opens the connection, and is renewed before it expires', async () => {
    let calls = 0;
    let onSecond = (): void => undefined;
    const second = new Promise<void>((resolve) => (onSecond = resolve));
    const token = (): Promise<string> => {
      if (++calls === 2) onSecond();
      // Only the first one expires within the warning time.
      return mint(calls === 1 ? {} : { exp: Math.floor(Date.now() / 1000) + 86_400 });
    };
    await using client = connectTo(server.url, { transports: [transport], token });
    client.subscribe('news');
    await statusOf(client, connectedOver(transport));
    // A poll gets no notice: its token is replaced when it is refused.
    if (transport !== 'polling') await second;

    expect(client.status.state).toBe('connected');
  });

  it('that is refused is replaced once', async () => {
    const given: string[] = [];
    const token = async (): Promise<string> => {
      given.push(given.length === 0 ? await mint({ exp: 1 }) : await mint());
      return given.at(-1) ?? '';
    };
    await using client = connectTo(server.url, { transports: [transport], token });
    client.subscribe('news');
    await statusOf(client, connectedOver(transport));

    expect(given.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['a fixed one', (): string => 'a.b.c'],
    ['a new one each time', undefined],
    ['none', (): undefined => undefined],
  ])('that is refused again ends with a typed error: %s', async (_what, fixed) => {
    const token = fixed === undefined ? (): Promise<string> => mint({ exp: 1 }) : fixed();
    await using client = connectTo(server.url, { transports: [transport], token });
    const error = await new Promise<TetracastError>((resolve) => {
      client.subscribe('news', { onMessage: () => undefined, onError: resolve });
    });

    expect(error).toMatchObject({ code: 'unauthorized', isTemporary: false });
    expect(client.status).toEqual({ state: 'closed', reason: error });
  });

  it('stands in no URL', async () => {
    const urls: (string | undefined)[] = [];
    const record = ({ url }: IncomingMessage): void => void urls.push(url);
    server.app.server.on('request', record).on('upgrade', record);
    const token = await mint();
    await using client = connectTo(server.url, { transports: [transport], token });
    const begun = new Promise((resolve) => client.subscribe('news', { rewind: 1, onBegin: resolve }));
    await client.publish('news', 1);
    await begun;
    server.app.server.off('request', record).off('upgrade', record);

    expect(urls).not.toEqual([]);
    expect(urls.filter((url) => url?.includes(token.slice(0, 20)))).toEqual([]);
  });

  it('without the permission for one channel ends that subscription alone', async () => {
    await using client = connectTo(server.url, { transports: [transport], token: () => mint() });
    const refused = new Promise<TetracastError>((resolve) => {
      client.subscribe('secret', { onMessage: () => undefined, onError: resolve });
    });
    const messages = client.subscribe('news', { after: 'earliest' });
    const sport = new Promise<string>((resolve) => client.subscribe('sport', { onBegin: resolve }));

    expect(await refused).toMatchObject({ code: 'forbidden' });
    await sport;
    await client.publish('news', transport);
    for await (const { data } of messages) if (data === transport) break;
    await statusOf(client, connectedOver(transport));
  });
});

it('says that the token function fails, and calls it again', async () => {
  let calls = 0;
  const token = (): Promise<string> => (++calls === 1 ? Promise.reject(new Error('no session')) : mint());
  await using client = connectTo(server.url, { token });
  client.subscribe('news');
  const waiting = await statusOf(client, ({ state }) => state === 'waiting');
  expect(waiting).toMatchObject({ cause: { code: 'token_failed', cause: new Error('no session') } });

  await statusOf(client, connectedOver('websocket'));
});

it('says that the token function does not answer, and calls it again', async () => {
  let calls = 0;
  const token = (): Promise<string> => (++calls === 1 ? new Promise(() => undefined) : mint());
  await using client = connectTo(server.url, { token, connectTimeoutMs: 2000 });
  client.subscribe('news');
  const waiting = await statusOf(client, ({ state }) => state === 'waiting');
  expect(waiting).toMatchObject({ cause: { code: 'token_failed', cause: { name: 'TimeoutError' } } });

  await statusOf(client, ({ state }) => state === 'connected');
});

it('a stream that may not be ended, or not be cancelled, says so', async () => {
  await using client = connectTo(server.url, { token: () => mint() });
  const out = produce(client, 'news');
  await out.append('a');
  await expect(out.end()).rejects.toMatchObject({ code: 'forbidden' });

  const token = (): Promise<string> => mint({ tetracast: { publish: ['news'] } });
  await using publisher = connectTo(server.url, { token });
  const blind = produce(publisher, 'news');
  await blind.append('a');
  await new Promise((resolve) => blind.signal.addEventListener('abort', resolve));
  await expect(blind.append('b')).rejects.toMatchObject({ code: 'forbidden' });
});
