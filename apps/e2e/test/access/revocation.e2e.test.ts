import {
  nextBlock,
  openSseStream,
  openWebSocketWire,
  type RedisServer,
  type SseStream,
  startRedis,
} from '@tetracast/testing';
import { io, type Socket } from 'socket.io-client';
import { bearer, LIFE_ENV, renewByName, revoke } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { mint, nowS } from './tokens';

let redis: RedisServer;
/** A process without Redis. */
let alone: Standalone;

beforeAll(async () => {
  redis = await startRedis({ appendOnly: true });
  alone = await startStandalone(LIFE_ENV);
});

afterAll(async () => {
  await alone.close();
  await redis[Symbol.asyncDispose]();
});

/** One of several processes; here they share nothing but Redis. */
const startNode = (env: Readonly<Record<string, string>> = {}): Promise<Standalone> =>
  startStandalone({ ...LIFE_ENV, BUS_URL: redis.url, ...env });

const statusFor = async (node: Standalone, token: string): Promise<number> =>
  (await fetch(`${node.url}/polling?channel=news`, { headers: bearer(token) })).status;

/** Resolves once the node refuses what was just revoked on another one. */
async function untilRefused(node: Standalone, token: string): Promise<void> {
  while ((await statusFor(node, token)) !== 401);
}

/** Resolves once the node knows which tokens are revoked; until then it accepts no token. */
async function untilReady(node: Standalone): Promise<void> {
  while ((await fetch(`${node.url}/readyz`)).status !== 200);
}

const connectTo = (url: string, transport: string, token: string): Socket =>
  io(url, { transports: [transport], forceNew: true, auth: { token, channels: 'news' } });

/** The next event of that name at the stock client. */
const nextEvent = (socket: Socket, name: 'connect' | 'disconnect' | 'connect_error'): Promise<unknown> =>
  new Promise((resolve) => socket.once(name, resolve));

async function readToEnd(stream: SseStream): Promise<never> {
  for (;;) await nextBlock(stream);
}

describe.each<[string, Record<string, unknown>, { jti?: string; sub?: string }]>([
  ['of one token', { jti: 'one', sub: 'ann' }, { jti: 'one' }],
  ['of a subject', { sub: 'gone', iat: nowS() - 1 }, { sub: 'gone' }],
])('a revocation %s on one process', (_, claims, what) => {
  it('closes the connections on another, and refuses new ones', async () => {
    await using here = await startNode();
    await using there = await startNode();
    const token = await mint(claims);
    for (const node of [here, there]) await untilReady(node);
    await using wire = await openWebSocketWire(`${there.url}/ws?channel=news&token=${token}`);
    await using other = await openWebSocketWire(`${there.url}/ws?channel=news&token=${await mint()}`);
    for (const each of [wire, other]) await each.nextOf('welcome');
    const stream = await openSseStream(`${there.url}/sse?channel=news`, bearer(token));
    const sockets = ['websocket', 'polling'].flatMap((transport) =>
      ['', '/news'].map((namespace) => connectTo(there.url + namespace, transport, token)),
    );
    await Promise.all(sockets.map((socket) => nextEvent(socket, 'connect')));
    const disconnected = Promise.all(sockets.map((socket) => nextEvent(socket, 'disconnect')));
    const poll = fetch(`${there.url}/polling?channel=news&wait=55&client=waiting`, { headers: bearer(token) });
    while ((await renewByName(there.url, 'waiting', token)).status !== 200);
    await revoke(here.url, what);

    expect(await wire.closed).toMatchObject({ code: 4001 });
    expect(await disconnected).toEqual(sockets.map(() => 'io server disconnect'));
    expect(await (await poll).json()).toMatchObject({ messages: [] });
    await expect(readToEnd(stream)).rejects.toThrow('event stream: ended');
    await untilRefused(here, token);
    for (const node of [here, there]) expect(await statusFor(node, token)).toBe(401);
    for (const socket of sockets) {
      const refused = nextEvent(socket.connect(), 'connect_error');
      expect(await refused).toMatchObject({ data: { code: 'unauthorized' } });
      socket.disconnect();
    }
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  it('is known after a restart of all processes', async () => {
    const token = await mint(claims);
    await using node = await startNode();
    await untilReady(node);

    expect([await statusFor(node, token), await statusFor(node, await mint())]).toEqual([401, 200]);
  });
});

it.each(['websocket', 'polling'])(
  'a revocation ends only the namespace of its token, on a connection over %s',
  async (transport) => {
    const main = connectTo(alone.url, transport, await mint());
    await nextEvent(main, 'connect');
    const jti = `of a namespace over ${transport}`;
    const token = await mint({ jti });
    const namespace = main.io.socket('/news', { auth: { token } });
    await nextEvent(namespace, 'connect');
    const disconnected = nextEvent(namespace, 'disconnect');
    await revoke(alone.url, { jti });

    expect(await disconnected).toBe('io server disconnect');
    const refused = nextEvent(namespace.connect(), 'connect_error');
    expect(await refused).toMatchObject({ data: { code: 'unauthorized' } });
    expect(await main.emitWithAck('publish', { channel: 'news', data: 1 })).toMatchObject({ ok: true });
    main.disconnect();
  },
);

it('a revocation is known after a restart of Redis, too', async () => {
  const token = await mint({ jti: 'before the restart' });
  {
    await using node = await startNode();
    await untilReady(node);
    await revoke(node.url, { jti: 'before the restart' });
  }
  await redis.restart();
  await using node = await startNode();
  await untilReady(node);

  expect(await statusFor(node, token)).toBe(401);
});

it('a revocation outlives a Redis that was emptied, as long as one process lives', async () => {
  await using node = await startNode();
  const token = await mint({ jti: 'before the flush' });
  await untilReady(node);
  await revoke(node.url, { jti: 'before the flush' });
  await untilRefused(node, token);
  await redis.flush();
  expect(await statusFor(node, token)).toBe(401);
  // A process that starts later learns it from that one.
  await using later = await startNode();
  await untilReady(later);
  await untilRefused(later, token);
});

it('a ticket of a revoked token is refused', async () => {
  await using here = await startNode();
  await using there = await startNode();
  const token = await mint({ jti: 'of a ticket' });
  for (const node of [here, there]) await untilReady(node);
  const issued = await fetch(`${here.url}/sse/ticket?channel=news`, { method: 'POST', headers: bearer(token) });
  const { ticket } = (await issued.json()) as { ticket: string };
  const open = () => openSseStream(`${there.url}/sse?channel=news&ticket=${ticket}`);
  (await open()).close();
  await revoke(here.url, { jti: 'of a ticket' });
  await untilRefused(there, token);

  await expect(open()).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
});

it('a ticket of a token that is older than MAX_TOKEN_AGE allows is refused, by any issuer', async () => {
  await using lax = await startNode();
  await using strict = await startNode({ MAX_TOKEN_AGE: '1m' });
  const token = await mint({ iat: nowS() - 120, exp: undefined });
  for (const node of [lax, strict]) await untilReady(node);
  const issued = await fetch(`${lax.url}/sse/ticket?channel=news`, { method: 'POST', headers: bearer(token) });
  const { ticket } = (await issued.json()) as { ticket: string };
  const open = ({ url }: Standalone) => openSseStream(`${url}/sse?channel=news&ticket=${ticket}`);
  (await open(lax)).close();

  await expect(open(strict)).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
});

it('a connection is renewed through a process other than its own', async () => {
  await using here = await startNode();
  await using there = await startNode();
  const token = await mint({ exp: nowS() + 60 });
  for (const node of [here, there]) await untilReady(node);
  await using wire = await openWebSocketWire(`${there.url}/ws?channel=news&token=${token}`);
  const { connection } = await wire.nextOf('welcome');
  const exp = nowS() + 120;

  expect((await renewByName(here.url, connection, await mint({ exp }))).status).toBe(202);
  expect(await wire.nextOf('authenticated')).toMatchObject({ connection, expiresAt: exp * 1000 });
});

describe('POST /revocations', () => {
  it.each(['{}', '{"jti":""}', '{"jti":1}', '{"sub":null}', '[]', '"x"', `{"jti":"${'x'.repeat(257)}"}`])(
    'refuses %s',
    async (body) => {
      const headers = { 'content-type': 'application/json', ...bearer(await mint({ tetracast: { admin: true } })) };

      expect((await fetch(`${alone.url}/revocations`, { method: 'POST', headers, body })).status).toBe(400);
    },
  );
});

it('a token without admin revokes nothing', async () => {
  await using node = await startNode();
  const token = await mint();
  await untilReady(node);
  const post = (headers: object) =>
    fetch(`${node.url}/revocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"jti":"x"}',
    });

  expect([(await post(bearer(token))).status, (await post({})).status]).toEqual([403, 403]);
});

it('while Redis is unreachable no token is accepted, since it may be revoked', async () => {
  const own = await startRedis();
  await own.stop();
  await using node = await startStandalone({ ...LIFE_ENV, BUS_URL: own.url });
  const token = await mint();

  expect(await statusFor(node, token)).toBe(503);
  const stream = await fetch(`${node.url}/sse?channel=news`, { headers: bearer(token) });
  expect([stream.status, await stream.text()]).toEqual([200, expect.stringMatching(/^retry: \d+\n\n$/)]);
  await using wire = await openWebSocketWire(`${node.url}/ws?channel=news&token=${token}`);
  expect(await wire.closed).toMatchObject({ code: 4101 });
  await using late = await openWebSocketWire(`${node.url}/ws`);
  late.send({ type: 'auth', token });
  expect(await late.next()).toMatchObject({ type: 'error', code: 'unavailable' });
  const socket = io(node.url, { transports: ['websocket'], forceNew: true, auth: { token, channels: 'news' } });
  await new Promise<void>((resolve) => socket.io.once('close', () => resolve()));
  expect(socket.active).toBe(true);
  socket.disconnect();

  await own.restart();
  await untilReady(node);
  expect(await statusFor(node, token)).toBe(200);
  await own[Symbol.asyncDispose]();
});
