import { type RedisServer, startRedis } from '@tetracast/testing';
import { BusUnavailableError, RedisBus } from '../../../src';
import { appendTo, publication, readAll, SETTINGS, seqsOf } from '../../contract/harness';
import { eventually } from '../../eventually';
import { expectReason, ready } from '../../ready';
import { Recorder } from '../../recorder';

/** Redis that can be reached but will not store. */

let redis: RedisServer;
let bus: RedisBus;

beforeEach(async () => {
  redis = await startRedis();
  bus = new RedisBus(redis.url, SETTINGS);
});

afterEach(async () => {
  await bus.close();
  await redis[Symbol.asyncDispose]();
});

async function everything(): Promise<unknown[]> {
  const keys = (await redis.command('KEYS', '*')) as string[];
  return Promise.all(keys.sort().map(async (key) => [key, await redis.command('DUMP', key)]));
}

it('stores nothing by halves when memory is short, in a new log', async () => {
  await ready(bus);
  const before = await everything();
  await redis.command('CONFIG', 'SET', 'maxmemory', 1);
  const append = bus.append(publication('a', { idempotencyKey: 'k' }));
  await expect(append).rejects.toThrow(BusUnavailableError);
  await expect(append).rejects.toThrow(/OOM/);
  expect(await everything()).toEqual(before);
});

it('is not ready while memory is short', async () => {
  await ready(bus);
  await redis.command('CONFIG', 'SET', 'maxmemory', 1);
  await expectReason(bus, /^OOM/);
  await redis.command('CONFIG', 'SET', 'maxmemory', 0);
  await ready(bus);
});

it('stores nothing by halves when memory is short, in a log in use', async () => {
  await appendTo(bus, 'a', 'b');
  const before = [await readAll(bus, 'a'), await bus.positions(['a', 'b']), await everything()];
  await redis.command('CONFIG', 'SET', 'maxmemory', 1);
  await expect(bus.append(publication('a', { idempotencyKey: 'k' }))).rejects.toThrow(BusUnavailableError);
  await expect(bus.putValue('k', 'v', 1000)).rejects.toThrow(BusUnavailableError);
  // Reading needs no memory, so subscribers are still served.
  expect([await readAll(bus, 'a'), await bus.positions(['a', 'b']), await everything()]).toEqual(before);

  await redis.command('CONFIG', 'SET', 'maxmemory', 0);
  expect(await bus.append(publication('a', { idempotencyKey: 'k' }))).toMatchObject({ seq: 3, duplicate: false });
  expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 3]);
});

it('is unavailable on a server that has become a replica, until it is the primary again', async () => {
  await appendTo(bus, 'a');
  await redis.command('REPLICAOF', '127.0.0.1', 1);
  await expect(bus.append(publication('a'))).rejects.toThrow(BusUnavailableError);
  await redis.command('REPLICAOF', 'NO', 'ONE');
  expect((await eventually(() => bus.append(publication('a')))).seq).toBe(2);
});

it('is unavailable with a wrong password', async () => {
  await redis.command('CONFIG', 'SET', 'requirepass', 'secret');
  const refused = new RedisBus(redis.url.replace('//', '//:wrong@'), SETTINGS);
  const admitted = new RedisBus(redis.url.replace('//', '//:secret@'), SETTINGS);
  try {
    await expect(refused.append(publication('a'))).rejects.toThrow(/WRONGPASS/);
    await expect(refused.subscribe('a')).rejects.toThrow(BusUnavailableError);
    expect((await admitted.append(publication('a'))).seq).toBe(1);
  } finally {
    await Promise.all([refused.close(), admitted.close()]);
  }
});

it('receives a channel as soon as Redis allows it', async () => {
  const recorder = new Recorder();
  bus.listen(recorder);
  await redis.command('ACL', 'SETUSER', 'default', 'resetchannels', '&other');
  await expect(bus.subscribe('a')).rejects.toThrow(BusUnavailableError);
  await redis.command('ACL', 'SETUSER', 'default', 'allchannels');
  await recorder.until(() => recorder.resubscribed > 0);
  const { seq } = await bus.append(publication('a'));
  await recorder.received(seq);
});

it('says so when a key is used by something else', async () => {
  await redis.command('SET', '{tetracast}:partition', 'of someone else');
  await expect(readAll(bus, 'a')).rejects.toThrow(/WRONGTYPE/);
  await expect(bus.append(publication('a'))).rejects.toThrow(/WRONGTYPE/);
  expect((await bus.check()).read).toContain('WRONGTYPE');
});
