import {
  allDrivers,
  describeAcross,
  Inbox,
  type RedisServer,
  type ServiceProcess,
  startRedis,
  type TransportClient,
  uniqueChannel,
} from '@tetracast/testing';
import { io, type Socket } from 'socket.io-client';
import { startService } from './system';

/** Every transport on one port, which two processes serve, and nothing in front that could be sticky. */
let redis: RedisServer;
let service: ServiceProcess;

beforeAll(async () => {
  redis = await startRedis({ appendOnly: true });
  service = await startWorkers();
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

function startWorkers(): Promise<ServiceProcess> {
  return startService('standalone', { BUS_URL: redis.url, WORKERS: '2' });
}

/** The process id of one of the workers, from the log. */
async function workerPid(of: ServiceProcess): Promise<number> {
  const line = /"pid":(\d+),[^\n]*"worker":\d+,"msg":"worker takes connections/;
  await of.waitForOutput(line);
  return Number(line.exec(of.output())?.[1]);
}

/** Publishes numbers in order, each stored once, whatever happens to the connections. */
async function publish(url: string, channel: string, from: number, to: number): Promise<void> {
  for (let data = from; data <= to; data++) {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${channel}-${data}` },
      body: JSON.stringify({ channel, data }),
    };
    while ((await fetch(`${url}/polling`, request).catch(() => undefined))?.ok !== true);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

interface Stock {
  readonly socket: Socket;
  readonly data: Inbox<unknown>;
  /** Whether it was recovered, at each connect. */
  readonly connects: Inbox<boolean>;
}

/** Stock clients of Socket.IO: 24, and more while one worker has all their sessions. */
async function openStock(url: string, channel: string, transports?: string[]): Promise<Stock[]> {
  const clients: Stock[] = [];
  while (clients.length < 24 || owners(clients) < 2) {
    const opened = range(1, 8).map(() => {
      const socket = io(url, { auth: { channels: [channel] }, forceNew: true, ...(transports && { transports }) });
      const client = { socket, data: new Inbox<unknown>('data'), connects: new Inbox<boolean>('connects') };
      socket.on('message', (data) => client.data.push(data));
      socket.on('connect', () => client.connects.push(socket.recovered));
      return { ...client, ready: new Promise((resolve) => socket.once('tetracast:ready', resolve)) };
    });
    await Promise.all(opened.map(({ ready }) => ready));
    clients.push(...opened);
  }
  return clients;
}

/** How many processes keep the sessions of these clients: an id begins with that of its process. */
function owners(clients: readonly Stock[]): number {
  return new Set(clients.map(({ socket }) => socket.io.engine.id.split('.')[0])).size;
}

describeAcross('with two workers', { url: () => service.url, drivers: allDrivers });

describe('Socket.IO with two workers', () => {
  it.each([
    ['by default: polling, then an upgrade', undefined, 'websocket'],
    ['by polling alone', ['polling'], 'polling'],
    ['by WebSocket alone', ['websocket'], 'websocket'],
  ])('serves the stock client %s', async (_, transports, finally_) => {
    const channel = uniqueChannel();
    const clients = await openStock(service.url, channel, transports);
    const upgraded = clients.map(async ({ socket: { io: manager } }) => {
      while (manager.engine.transport.name !== finally_) await new Promise((r) => manager.engine.once('upgrade', r));
    });
    await publish(service.url, channel, 1, 10);
    await Promise.all(upgraded);
    await publish(service.url, channel, 11, 20);

    for (const { data } of clients) expect(await data.next(20)).toEqual(range(1, 20));
    // None was cut, and came back: each is still in its first connection.
    for (const { connects } of clients) expect(connects.items).toEqual([false]);
    for (const { socket } of clients) {
      expect(await socket.emitWithAck('publish', { channel: `${channel}-other`, data: 1 })).toMatchObject({ ok: true });
      socket.disconnect();
    }
  });
});

describe('one of two workers, killed', () => {
  it('is replaced, and its Socket.IO clients are recovered with all they missed', async () => {
    await using own = await startWorkers();
    const channel = uniqueChannel();
    const clients = await openStock(own.url, channel);
    await publish(own.url, channel, 1, 5);
    for (const { data } of clients) expect(await data.next(5)).toEqual(range(1, 5));

    process.kill(await workerPid(own), 'SIGKILL');
    await publish(own.url, channel, 6, 40);

    for (const { data } of clients) expect(await data.next(35)).toEqual(range(6, 40));
    const again = clients.filter(({ connects }) => connects.items.length > 1);
    expect(again.length).toBeGreaterThan(0);
    for (const { connects } of again) expect(connects.items.slice(1)).not.toContain(false);
    for (const { socket } of clients) socket.disconnect();
    await own.waitForOutput(/"worker":3,"msg":"worker takes connections/);
  });

  it('costs no client of any transport a message', async () => {
    await using own = await startWorkers();
    const channel = uniqueChannel();
    const clients: TransportClient[] = [];
    // Two of each, so that there are some on either.
    for (const driver of [...allDrivers, ...allDrivers]) {
      clients.push(await driver.open(own.url, { channels: [channel] }));
    }
    await publish(own.url, channel, 1, 5);
    for (const client of clients) await client.next(5);

    process.kill(await workerPid(own), 'SIGKILL');
    await publish(own.url, channel, 6, 40);

    for (const client of clients) {
      expect((await client.next(35)).map(({ data }) => data)).toEqual(range(6, 40));
      expect(client.resets).toEqual([]);
    }
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('a stop of two workers', () => {
  it('drains them, with streams open, and ends in good order', async () => {
    await using own = await startWorkers();
    const streams = await Promise.all(range(1, 8).map(() => fetch(`${own.url}/sse?channel=news`)));
    const texts = streams.map((stream) => stream.text());

    own.signal('SIGTERM');

    for (const text of await Promise.all(texts)) expect(text).toMatch(/^retry: \d+\n/);
    expect(await own.exited).toEqual({ code: 0, signal: null });
  });
});
