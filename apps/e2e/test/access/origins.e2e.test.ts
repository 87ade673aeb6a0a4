import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { cookieWith } from './attempts/carriers';
import { bearer } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint, PAGE } from './tokens';

/** Different from the allowed page, each in another way. */
const STRANGERS = [
  'https://stranger.example',
  'http://page.example',
  'https://page.example:8443',
  'https://sub.page.example',
  'https://page.example.stranger.example',
  'https://page.example/',
  'https://page.exampl',
  'null',
];

const READABLE = {
  'access-control-allow-origin': PAGE,
  'access-control-allow-credentials': 'true',
  vary: 'Origin',
};

let service: Standalone;

beforeAll(async () => {
  service = await startStandalone(ACCESS_ENV);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** The status and the headers of an answer, its body left unread. */
async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; headers: object }> {
  const over = new AbortController();
  const { status, headers } = await fetch(service.url + path, { ...init, signal: over.signal });
  over.abort();
  return { status, headers: Object.fromEntries(headers) };
}

/** The status of the answer to a WebSocket handshake. */
async function handshake(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const socket = new WebSocket(service.url.replace('http', 'ws') + path, { headers });
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response').then(([, answer]) => (answer as IncomingMessage).statusCode ?? 0);
  const status = await Promise.race([once(socket, 'open').then(() => 101), refused]);
  socket.terminate();
  return status;
}

/** The session id of a connection over polling that the allowed page has opened. */
async function openEngine(): Promise<string> {
  const answer = await fetch(`${service.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: PAGE } });
  return (JSON.parse((await answer.text()).slice(1)) as { sid: string }).sid;
}

describe.each(['/sse/ticket', '/connections/any/token', '/revocations', '/polling', '/sse'])('POST %s', (path) => {
  const preflight = (origin: string): Promise<{ status: number; headers: object }> =>
    ask(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('may be sent with a token by the page that is allowed', async () => {
    const { status, headers } = await preflight(PAGE);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': expect.stringContaining('POST') as string,
      'access-control-allow-headers': expect.stringContaining('authorization') as string,
      vary: expect.stringContaining('Origin') as string,
    });
  });

  it('lets that page read the problem', async () => {
    const { status, headers } = await ask(path, { method: 'POST', headers: { origin: PAGE, ...bearer('a.b.c') } });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers).toMatchObject(READABLE);
  });

  it.each(STRANGERS)('is refused to %s, even with a token', async (origin) => {
    for (const answer of [
      await preflight(origin),
      await ask(path, { method: 'POST', headers: { origin, ...bearer(await mint()) } }),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('what a page reads', () => {
  const PATHS = ['/polling?channel=news', '/sse?channel=news', '/socket.io/?EIO=4&transport=polling'];

  it.each(PATHS)('of %s names the one origin that is allowed', async (path) => {
    const headers = { origin: PAGE, cookie: cookieWith(await mint()) };
    expect(await ask(path, { headers })).toMatchObject({ status: 200, headers: READABLE });
  });

  it.each(PATHS)('of %s is nothing for others, whatever cookie they bring', async (path) => {
    const cookie = cookieWith(await mint());
    for (const origin of STRANGERS) {
      const { status, headers } = await ask(path, { headers: { origin, cookie } });
      expect([origin, status]).toEqual([origin, 403]);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('a WebSocket handshake', () => {
  it.each(['/ws?channel=news', '/socket.io/?EIO=4&transport=websocket'])('to %s', async (path) => {
    const cookie = cookieWith(await mint());
    expect(await handshake(path, { origin: PAGE, cookie })).toBe(101);
    expect(await handshake(path, { origin: service.url, cookie })).toBe(101);
    for (const origin of STRANGERS) expect([origin, await handshake(path, { origin, cookie })]).toEqual([origin, 403]);
  });

  it('that upgrades a connection over polling', async () => {
    const upgrade = async (origin: string): Promise<number> =>
      handshake(`/socket.io/?EIO=4&transport=websocket&sid=${await openEngine()}`, { origin });
    expect(await upgrade(PAGE)).toBe(101);
    for (const origin of STRANGERS) expect([origin, await upgrade(origin)]).toEqual([origin, 403]);
  });
});

it('a request on a connection over polling is refused to other pages that know its id', async () => {
  const session = `/socket.io/?EIO=4&transport=polling&sid=${await openEngine()}`;
  for (const origin of STRANGERS) {
    expect((await ask(session, { method: 'POST', headers: { origin }, body: '40' })).status).toBe(403);
    expect((await ask(session, { headers: { origin } })).status).toBe(403);
  }
  expect((await ask(session, { method: 'POST', headers: { origin: PAGE }, body: '40' })).status).toBe(200);
});
