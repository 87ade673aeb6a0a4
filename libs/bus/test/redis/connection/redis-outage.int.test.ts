import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { freePort, pollUntil, type RedisServer, startRedis } from '@tetracast/testing';
import { BusUnavailableError, RedisBus } from '../../../src';
import { appendTo, publication, readAll, SETTINGS, seqsOf } from '../../contract/harness';
import { eventually } from '../../eventually';
import { ready } from '../../ready';
import { Recorder } from '../../recorder';

const opened: AsyncDisposable[] = [];
const unhandled: unknown[] = [];
const keep = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => {
  process.on('unhandledRejection', keep);
  process.on('uncaughtException', keep);
});

afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource[Symbol.asyncDispose]();
  if (unhandled.length > 0) throw new AggregateError(unhandled.splice(0), 'An error was left unhandled');
});

afterAll(() => {
  process.off('unhandledRejection', keep);
  process.off('uncaughtException', keep);
});

async function start(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const redis = await startRedis(options);
  opened.push(redis);
  return redis;
}

function connect(url: string, commandTimeoutMs = 10_000): { bus: RedisBus; recorder: Recorder } {
  const bus = new RedisBus(url, SETTINGS, { commandTimeoutMs, heartbeatMs: 100 });
  const recorder = new Recorder();
  bus.listen(recorder);
  opened.push({ [Symbol.asyncDispose]: () => bus.close() });
  return { bus, recorder };
}

async function expectUnavailable(bus: RedisBus): Promise<void> {
  const attempts: Promise<unknown>[] = [
    bus.append(publication('a')),
    readAll(bus, 'a'),
    bus.positions(['a']),
    bus.putValue('k', 'v', 1000),
    bus.getValue('k'),
  ];
  for (const attempt of await Promise.allSettled(attempts)) {
    expect(attempt).toMatchObject({ status: 'rejected', reason: expect.any(BusUnavailableError) as unknown });
  }
}

/** Nothing else happens in this process meanwhile. */
function holdUp(ms: number): void {
  const until = Date.now() + ms;
  while (Date.now() < until);
}

/** Takes connections on `port` and cuts them at once, until there were `count`. */
async function turnAway(port: number, count: number): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  for (let seen = 0; seen < count; seen++) await once(server, 'connection');
  await once(server.close(), 'close');
}

it('rejects everything while there is no Redis, and receives everything once there is one', async () => {
  const port = await freePort();
  const complaints = jest.spyOn(console, 'error').mockReturnValue();
  const { bus, recorder } = connect(`redis://127.0.0.1:${port}`);
  await expectUnavailable(bus);
  await expect(bus.subscribe('a')).rejects.toThrow(/ECONNREFUSED/);
  await expect(bus.subscribe('gone')).rejects.toThrow(BusUnavailableError);
  await bus.unsubscribe('gone');

  await start({ port });
  await recorder.until(() => recorder.resubscribed > 0);
  await ready(bus);
  await appendTo(bus, 'gone', 'a');
  await recorder.received(2);
  expect(recorder.seqs).toEqual([2]);
  expect(recorder.resubscribed).toBe(1);
  expect(complaints).not.toHaveBeenCalled();
});

it('goes on in the same log after a restart that kept it', async () => {
  const redis = await start({ appendOnly: true });
  const { bus, recorder } = connect(redis.url);
  await Promise.all(['a', 'b'].map((channel) => bus.subscribe(channel)));
  await appendTo(bus, 'a', 'b', 'a');
  const { epoch } = await bus.positions([]);
  await redis.stop();
  await recorder.until(() => recorder.interrupted > 0);
  await turnAway(redis.port, 6);
  await expectUnavailable(bus);
  await expect(bus.subscribe('c')).rejects.toThrow(BusUnavailableError);

  await redis.restart();
  await recorder.until(() => recorder.resubscribed > 0);
  await ready(bus);
  expect(await bus.append(publication('c'))).toEqual({ epoch, seq: 4, duplicate: false });
  await appendTo(bus, 'a', 'b');
  await recorder.received(6);
  expect(recorder.seqs.slice(-3)).toEqual([4, 5, 6]);
  expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 3, 5]);
  expect([recorder.interrupted, recorder.resubscribed]).toEqual([1, 1]);
});

it('begins a new log after one that was lost', async () => {
  const redis = await start();
  const { bus, recorder } = connect(redis.url);
  await bus.subscribe('a');
  await appendTo(bus, 'a', 'a');
  const lost = await bus.positions(['a']);
  await redis.flush();
  const { epoch, seq } = await bus.append(publication('a'));
  expect(epoch).not.toBe(lost.epoch);
  expect(seq).toBe(1);
  await recorder.until(() => recorder.epochs.includes(epoch));
  expect(recorder.entries.at(-1)).toMatchObject({ seq: 1, prev: 0 });

  await redis.flush();
  expect((await bus.positions(['a'])).epoch).not.toBe(epoch);
  expect(await bus.positions(['a'])).toMatchObject({ head: 0, last: [0] });
});

it('reports when the connection for announcements was cut', async () => {
  const redis = await start();
  const { bus, recorder } = connect(redis.url);
  const channels = Array.from({ length: 2500 }, (_, index) => `c${index}`);
  await Promise.all(channels.map((channel) => bus.subscribe(channel)));
  expect(await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(1);
  await recorder.until(() => recorder.resubscribed > 0);
  await appendTo(bus, 'c0', 'c1234', 'c2499');
  await recorder.received(3);
  expect(recorder.seqs).toEqual([1, 2, 3]);
  expect([recorder.interrupted, recorder.resubscribed]).toEqual([1, 1]);
});

it('does not wait for a Redis that hangs, and comes back with it', async () => {
  const redis = await start();
  const { bus, recorder } = connect(redis.url, 1000);
  await eventually(() => bus.subscribe('a'));
  await redis.kill('SIGSTOP');
  await expectUnavailable(bus);
  await redis.kill('SIGCONT');
  await ready(bus);
  const { seq } = await eventually(() => bus.append(publication('a')));
  await recorder.received(seq);
});

it('refuses what is under way when the connection breaks, without waiting for an answer', async () => {
  const redis = await start();
  const { bus } = connect(redis.url, 600_000);
  await ready(bus);
  await redis.kill('SIGSTOP');
  const attempt = expectUnavailable(bus);
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve)); // sent by now
  await redis.kill();
  await attempt;
});

it('waits for the first connection while the process itself is too busy to see it, however far that has come', async () => {
  const redis = await start();
  for (let turns = 0; turns < 6; turns++) {
    const { bus } = connect(redis.url, 1000);
    const appended = bus.append(publication('a'));
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    holdUp(1500);
    await expect(appended).resolves.toMatchObject({ seq: turns + 1 });
  }
});

it('accepts answers that arrived while the process itself was blocked', async () => {
  const redis = await start();
  const { bus } = connect(redis.url, 500);
  await ready(bus);
  const appended = bus.append(publication('a'));
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve)); // sent by now
  holdUp(1500);
  await expect(appended).resolves.toMatchObject({ seq: 1 });
});

it('leaves a server that takes a connection and says no more', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const sockets: Socket[] = [];
  silent.on('connection', (socket) => sockets.push(socket.on('error', () => undefined).resume()));
  const { bus } = connect(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`, 200);
  await expect(bus.append(publication('a'))).rejects.toThrow(BusUnavailableError);
  while (sockets.length < 6) await once(silent, 'connection');
  await bus.close();
  for (const socket of sockets) socket.destroy();
  await once(silent.close(), 'close');
});

it('closes while there is no Redis', async () => {
  const { bus } = connect(`redis://127.0.0.1:${await freePort()}`);
  const pending = bus.append(publication('a')).catch((error: unknown) => error);
  await bus.close();
  expect(await pending).toBeInstanceOf(BusUnavailableError);
});

it('leaves no connection behind', async () => {
  const redis = await start();
  const { bus } = connect(redis.url);
  await bus.subscribe('a');
  await ready(bus); // over both lines
  const names = async (): Promise<string[]> =>
    String(await redis.command('CLIENT', 'LIST'))
      .match(/tetracast-\w+/g)
      ?.sort() ?? [];
  expect(await names()).toEqual(['tetracast-announcements', 'tetracast-commands']);
  await bus.close();
  await pollUntil(names, ({ length }) => length === 0);
});
