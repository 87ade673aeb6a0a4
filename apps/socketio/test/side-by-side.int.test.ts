import { MemoryBus } from '@tetracast/bus';
import fastifyWebsocket from '@fastify/websocket';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyPluginAsync } from 'fastify';
import { socketioPlugin } from '../src/socketio.plugin';
import { startService } from './start-service';
import { happens, openClient } from './stock-client';

/** Another plugin with WebSockets of its own, as in the process that holds all transports. */
const echo: FastifyPluginAsync = Object.assign(
  (async (app) => {
    await app.register(fastifyWebsocket);
    app.get('/echo', { websocket: true }, (socket) => {
      socket.on('message', (data) => socket.send(data));
    });
  }) satisfies FastifyPluginAsync,
  { [Symbol.for('skip-override')]: true },
);

/** The status with which an upgrade is answered. */
async function refusalOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.terminate();
  return response.statusCode;
}

describe.each([
  ['before', [echo, socketioPlugin]],
  ['after', [socketioPlugin, echo]],
])('with another plugin for WebSockets registered %s it', (_, plugins) => {
  it('each upgrade has one owner', async () => {
    await using service = await startService({}, { plugins });
    using client = await openClient(service.url, { channels: ['news'] }, { transports: ['websocket'] });
    using upgraded = await openClient(service.url, { channels: ['news'] });
    const other = new WebSocket(`${service.url.replace('http', 'ws')}/echo`);
    await once(other, 'open');

    other.send('hello');
    expect(String(((await once(other, 'message')) as [Buffer])[0])).toBe('hello');
    if (upgraded.socket.io.engine.transport.name !== 'websocket') await happens(upgraded.socket.io.engine, 'upgrade');
    await client.ask('publish', { channel: 'news', data: 1 });
    expect([await client.nextData(), await upgraded.nextData()]).toEqual([1, 1]);
    expect(await refusalOf(`${service.url}/nowhere`)).toBe(404);
    expect(other.readyState).toBe(WebSocket.OPEN);
    other.terminate();
  });
});

it('alone, it refuses upgrades under other paths', async () => {
  await using service = await startService();

  expect(await refusalOf(`${service.url}/ws`)).toBe(404);
});

it('is not brought down by a connection that breaks while it is found out whose session it asks for', async () => {
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
  const asked = new Promise<void>((resolve) => {
    bus.getValue = () => {
      resolve();
      return new Promise(() => undefined);
    };
  });
  await using service = await startService({}, { bus });
  const connected = once(service.app.server, 'connection') as Promise<[Socket]>;
  const { port } = new URL(service.url);
  const client = connect(Number(port), '127.0.0.1');
  client.write(
    [
      `GET /socket.io/?EIO=4&transport=websocket&sid=${'0'.repeat(12)}.x HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  );
  const [[socket]] = await Promise.all([connected, asked]);

  socket.emit('error', new Error('reset by peer'));

  expect(socket.destroyed).toBe(true);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  client.destroy();
});

describe('a page of a foreign origin', () => {
  const headers = { origin: 'https://elsewhere.example' };
  const path = '/socket.io/?EIO=4';

  it('is refused at the handshake, over polling and over WebSocket', async () => {
    await using service = await startService();

    expect((await fetch(`${service.url}${path}&transport=polling`, { headers })).status).toBe(403);
    expect(await refusalOf(`${service.url}${path}&transport=websocket`, headers)).toBe(403);
    expect(service.app.tetracast.hub.stats.connections).toBe(0);
  });

  it('is refused later as well: a poll, a post and an upgrade of a session that exists', async () => {
    await using service = await startService();
    using client = await openClient(service.url, {}, { transports: ['polling'] });
    const session = `${service.url}${path}&sid=${client.socket.io.engine.id}`;

    expect((await fetch(`${session}&transport=polling`, { headers })).status).toBe(403);
    expect((await fetch(`${session}&transport=polling`, { headers, method: 'POST', body: '41' })).status).toBe(403);
    expect(await refusalOf(`${session}&transport=websocket`, headers)).toBe(403);
    expect(await client.ask('publish', { channel: 'a', data: 1 })).toMatchObject({ ok: true });
  });

  it('is served when it is allowed, and told so', async () => {
    await using service = await startService({ ALLOWED_ORIGINS: headers.origin });

    const response = await fetch(`${service.url}${path}&transport=polling`, { headers });

    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(headers.origin);
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}${path}&transport=websocket`, { headers });
    await once(socket, 'open');
    socket.terminate();
  });

  it('cannot read by a script element', async () => {
    await using service = await startService();

    const response = await fetch(`${service.url}${path}&transport=polling&j=0`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });
});
