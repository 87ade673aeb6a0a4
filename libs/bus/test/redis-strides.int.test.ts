import { type RedisServer, startRedis } from '@tetracast/testing';
import { Redis } from 'ioredis';
import { RedisBus } from '../src';
import { publication, SETTINGS } from './contract/harness';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

/** Up to how many entries of a stream Redis was asked for, command by command, while `work` was done. */
async function stridesOf(work: () => Promise<unknown>): Promise<number[]> {
  const client = new Redis(redis.url);
  const monitor = await client.monitor();
  const strides: number[] = [];
  const over = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [command = '', ...given]: string[]) => {
      if (command.toUpperCase() === 'XRANGE') strides.push(Number(given.at(-1)));
      if (command.toUpperCase() === 'ECHO') resolve();
    });
  });
  await work();
  await client.echo('over');
  await over;
  monitor.disconnect();
  client.disconnect();
  return strides;
}

// The first looks for what has expired.
it.each([
  ['few small messages in two strides', 1, 50, 1, [1, 8, 64]],
  ['many in as many as it takes', 1, 150, 1, [1, 8, 64, 64, 64]],
  ['of large ones no more than a page has', 50_000, 50, 50_000, [1, 6]],
  ['of large ones behind a small one not many more', 1, 50, 50_000, [1, 8]],
])('reads %s', async (channel, first, count, length, strides) => {
  const bus = new RedisBus(redis.url, SETTINGS);
  const lengths = [first, ...Array.from({ length: count - 1 }, () => length)];
  const name = channel.replaceAll(' ', '-');
  await Promise.all(lengths.map((each) => bus.append(publication(name, { data: '1'.repeat(each) }))));

  const read = () => bus.read(name, { kind: 'after', seq: 0, limit: 256, bytes: 256 * 1024 });

  expect(await stridesOf(read)).toEqual(strides);
  await bus.close();
});
