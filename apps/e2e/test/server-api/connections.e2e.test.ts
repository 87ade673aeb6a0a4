import { NO_LIMITS, pollUntil, type RedisServer, type ServiceProcess, startRedis } from '@tetracast/testing';
import { Tetracast, mintToken } from '@tetracast/server';
import { io, type Socket } from 'socket.io-client';
import WebSocket from 'ws';
import { once } from 'node:events';
import { startService } from '../system';

const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';
const API_KEY = 'an-api-key-of-the-tests-of-more-than-32-letters';
const CHANNELS = ['news', 'more'];

/** Every transport on one port, which two processes serve. */
let redis: RedisServer;
let service: ServiceProcess;
let tetracast: Tetracast;

beforeAll(async () => {
  redis = await startRedis();
  service = await startService('standalone', {
    ...NO_LIMITS,
    AUTH_SECRET,
    API_KEYS: `tests=${API_KEY}/*/*`,
    BUS_URL: redis.url,
    WORKERS: '2',
  });
  tetracast = new Tetracast({ url: service.url, key: API_KEY, timeoutMs: 60_000 });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const tokenOf = (sub: string): string => mintToken({ secret: AUTH_SECRET }, { sub, subscribe: CHANNELS });

interface Frame {
  readonly type: string;
}

/** Opens a WebSocket on `news`, again while its process does not know the revoked tokens yet; resolves when it is subscribed. */
async function openWebSocket(sub: string): Promise<{ socket: WebSocket; frames: Frame[] }> {
  for (;;) {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/ws?channel=news&token=${tokenOf(sub)}`);
    const frames: Frame[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
    await pollUntil(
      () => frames,
      ({ length }) => length > 0,
    );
    if (frames.some(({ type }) => type === 'subscribed')) return { socket, frames };
    socket.terminate();
  }
}

/** Opens WebSockets until each of the two processes has one. */
async function openInBothProcesses(sub: string): Promise<{ socket: WebSocket; frames: Frame[] }[]> {
  const opened: { socket: WebSocket; frames: Frame[] }[] = [];
  for (;;) {
    opened.push(await openWebSocket(sub));
    const connections = await connectionsOf(sub, opened.length);
    if (new Set(connections.map(({ process }) => process)).size === 2) return opened;
  }
}

async function openSocketio(sub: string): Promise<Socket> {
  const socket = io(service.url, { auth: { channels: ['news'], token: tokenOf(sub) }, forceNew: true });
  socket.on('connect_error', () => socket.connect());
  await new Promise((resolve) => socket.once('tetracast:ready', resolve));
  return socket;
}

/** The connections of a user, once there are so many. */
async function connectionsOf(user: string, count: number) {
  const { connections, missing } = await pollUntil(
    () => tetracast.listConnections({ user }),
    (found) => found.connections.length === count,
  );
  expect(missing).toEqual([]);
  return connections;
}

it('lists, subscribes and disconnects the connections of a user on all transports, in all processes', async () => {
  const sockets = await openInBothProcesses('ann');
  const count = sockets.length;
  const socketio = await openSocketio('ann');
  const stream = new AbortController();
  const sse = await fetch(`${service.url}/sse?channel=news&token=${tokenOf('ann')}`, { signal: stream.signal });
  expect(sse.ok).toBe(true);

  const connections = await connectionsOf('ann', count + 2);
  const processes = new Set(connections.map(({ process }) => process));
  expect(processes.size).toBe(2);
  expect(connections.filter(({ transport }) => transport === 'websocket')).toHaveLength(count);
  expect(new Set(connections.map(({ transport }) => transport))).toEqual(new Set(['websocket', 'socketio', 'sse']));
  expect(new Set(connections.flatMap(({ channels }) => channels))).toEqual(new Set(['news']));
  const id = connections[0]?.id ?? '';
  expect(await tetracast.connection(id)).toMatchObject({ id, user: 'ann', address: '127.0.0.1', behind: false });
  const { total, processes: counted } = await tetracast.stats();
  expect(total.connections).toMatchObject({ websocket: count, socketio: 1, sse: 1 });
  expect(counted.map(({ process }) => process).sort()).toEqual([...processes].sort());

  const heard = new Promise((resolve) => socketio.once('tetracast:subscribed', resolve));
  expect(await tetracast.subscribeUser('ann', ['more'])).toEqual({ subscribed: count + 2, refused: 0, missing: [] });
  expect(await heard).toMatchObject({ channels: ['more'] });
  expect(await tetracast.subscribeUser('ann', ['other'])).toEqual({ subscribed: 0, refused: count + 2, missing: [] });
  await tetracast.publish('more', 'hello');
  for (const { frames } of sockets) {
    await pollUntil(
      () => frames,
      () => frames.some((frame) => frame.type === 'message'),
    );
    expect(frames.at(-1)).toMatchObject({ type: 'message', channel: 'more', data: 'hello' });
  }

  const closes = sockets.map(({ socket }) => once(socket, 'close'));
  const away = new Promise((resolve) => socketio.once('disconnect', resolve));
  expect(await tetracast.disconnectUser('ann')).toEqual({ closed: count + 2, missing: [] });
  expect((await Promise.all(closes)).map(([code]) => code as number)).toEqual(Array(count).fill(4004));
  expect(await away).toBe('io server disconnect');
  expect(socketio.active).toBe(false);
  await connectionsOf('ann', 0);
  stream.abort();
});

it('makes a client connect again', async () => {
  const { socket } = await openWebSocket('bob');
  const socketio = await openSocketio('bob');
  const closed = once(socket, 'close');
  const again = new Promise((resolve) =>
    socketio.once('disconnect', () => socketio.once('connect', () => resolve(undefined))),
  );
  expect(await tetracast.disconnectUser('bob', { reconnect: true })).toEqual({ closed: 2, missing: [] });
  expect((await closed)[0]).toBe(4202);
  await again;
  await connectionsOf('bob', 1);
  socketio.disconnect();
});

it('names a process that does not answer, and answers without it', async () => {
  const sockets = await openInBothProcesses('cid');
  const connections = await connectionsOf('cid', sockets.length);
  const [other = '', running = ''] = [...new Set(connections.map(({ process }) => process))];
  // A name ends with `-<process id>-<random>`.
  const pid = Number(/-(\d+)-[0-9a-f]+$/.exec(other)?.[1]);
  process.kill(pid, 'SIGSTOP');
  try {
    const { missing, connections: found } = await pollUntil(
      // The connection to the API may be one of the process that is stopped.
      () =>
        new Tetracast({ url: service.url, key: API_KEY, timeoutMs: 5000 })
          .listConnections({ user: 'cid' })
          .catch(() => ({ missing: [], connections: [] })),
      (answer) => answer.missing.length > 0,
    );
    expect(missing).toEqual([other]);
    expect(new Set(found.map(({ process }) => process))).toEqual(new Set([running]));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await connectionsOf('cid', sockets.length);
  for (const { socket } of sockets) socket.terminate();
});
