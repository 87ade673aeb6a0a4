import { type RedisServer, startRedis } from '@tetracast/testing';
import { RedisBus } from '../../src';
import { appendTo, publication, readAll, SETTINGS, seqsOf } from '../contract/harness';
import { Recorder } from '../recorder';

const PARTITION = '{tetracast}:partition';
// Not quite Number.MAX_SAFE_INTEGER: ioredis adds up a number wrongly when it is within 57 of it.
const GREATEST = 2 ** 53 - 100;

let redis: RedisServer;
const buses: RedisBus[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await redis.flush();
  await redis.command('SCRIPT', 'FLUSH');
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

function connect(settings: Partial<typeof SETTINGS> = {}, path = ''): RedisBus {
  const bus = new RedisBus(redis.url + path, { ...SETTINGS, ...settings });
  buses.push(bus);
  return bus;
}

it('is exact up to 2^53', async () => {
  const bus = connect({ channelsRemembered: 1, retention: { size: 2, ttlMs: 600_000 } });
  const recorder = new Recorder();
  bus.listen(recorder);
  await bus.subscribe('a');
  await appendTo(bus, 'a');
  await redis.command('HSET', PARTITION, 'seq', String(GREATEST - 5));
  expect(await appendTo(bus, 'a', 'a', 'b', 'a')).toEqual([4, 3, 2, 1].map((less) => GREATEST - less));
  const page = await readAll(bus, 'a', GREATEST - 5);
  expect(page).toMatchObject({ head: GREATEST - 1, last: GREATEST - 1, trimmed: true });
  expect(page.entries.map(({ seq, prev }) => [seq, prev])).toEqual([
    [GREATEST - 3, GREATEST - 4],
    [GREATEST - 1, GREATEST - 3],
  ]);
  await recorder.received(GREATEST - 1);
  expect(recorder.seqs).toEqual([1, GREATEST - 4, GREATEST - 3, GREATEST - 1]);
  expect((await bus.positions(['a', 'b', 'never'])).last).toEqual([GREATEST - 1, GREATEST - 2, GREATEST - 2]);
  await redis.command('DEL', '{tetracast}:log:b');
  expect((await readAll(bus, 'b', GREATEST - 3)).trimmed).toBe(true);
  expect((await readAll(bus, 'b', GREATEST - 2)).trimmed).toBe(false);
  expect((await bus.append(publication('a', { idempotencyKey: 'k' }))).seq).toBe(GREATEST);
  expect((await bus.append(publication('a', { idempotencyKey: 'k' }))).seq).toBe(GREATEST);
});

it('leaves nothing in Redis but the partition and the last numbers when all has expired', async () => {
  const lifeMs = 600_000;
  const bus = connect({ retention: { size: 10, ttlMs: lifeMs }, idempotencyTtlMs: lifeMs });
  await bus.append(publication('a', { idempotencyKey: 'k' }));
  await bus.putValue('k', 'v', lifeMs);
  const keys = async (): Promise<string[]> => ((await redis.command('KEYS', '*')) as string[]).sort();
  expect(await keys()).toEqual([
    '{tetracast}:idempotency:["a","k",null]',
    '{tetracast}:last',
    '{tetracast}:log:a',
    PARTITION,
    '{tetracast}:value:k',
  ]);
  for (const key of await keys()) {
    if (Number(await redis.command('PTTL', key)) > 0) await redis.command('PEXPIRE', key, 1);
  }
  while ((await keys()).length > 2);
  expect(await keys()).toEqual(['{tetracast}:last', PARTITION]);
});

it('lets go of old entries of a channel that is written and never read', async () => {
  const ttlMs = 400;
  const bus = connect({ retention: { size: 10_000, ttlMs } });
  const [seconds, micros] = (await redis.command('TIME')) as [string, string];
  const born = Number(seconds) * 1000 + Number(micros) / 1000;
  let times: number[];
  do {
    await appendTo(bus, 'a');
    const stored = (await redis.command('XRANGE', '{tetracast}:log:a', '-', '+')) as [string, string[]][];
    times = stored.map(([, fields]) => Number(fields[3]));
  } while (times.at(-1)! < born + 1.5 * ttlMs);
  expect(times.filter((time) => time <= times.at(-1)! - ttlMs)).toEqual([]);
});

it('lets go of old entries of channels that are written together and never read', async () => {
  const ttlMs = 1000;
  const bus = connect({ retention: { size: 10_000, ttlMs } });
  const channels = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const publish = () => bus.appendAll(channels.map((channel) => publication(channel)));
  const oldest = async (channel: string): Promise<number> => {
    const [first] = (await redis.command('XRANGE', `{tetracast}:log:${channel}`, '-', '+', 'COUNT', '1')) as [string][];
    // Nothing if the whole log has expired since the last message, on a machine that is slow enough.
    return first === undefined ? Infinity : Number.parseInt(first[0], 10);
  };
  const nowMs = async (): Promise<number> => {
    const [seconds, micros] = (await redis.command('TIME')) as [string, string];
    return Number(seconds) * 1000 + Number(micros) / 1000;
  };
  await publish();
  const end = (await nowMs()) + ttlMs;
  // Without messages meanwhile the logs would expire as a whole.
  while ((await nowMs()) <= end) await publish();
  // A run looks at one in eight of the channels.
  for (let run = 0; run < 40; run++) await publish();
  for (const channel of channels) expect(await oldest(channel)).toBeGreaterThan(channels.length);
});

it('announces nothing after unsubscribe was called, though it was under way', async () => {
  const [bus, other] = [connect(), connect()];
  const recorder = new Recorder();
  bus.listen(recorder);
  await Promise.all([bus.subscribe('a'), bus.subscribe('marker'), other.positions([])]);
  const appended = other.append(publication('a'));
  // Sent by then; a turn later its announcement might have been looked at already.
  await new Promise((resolve) => setImmediate(resolve));
  const until = Date.now() + 100;
  while (Date.now() < until); // announced by now, and not looked at
  const unsubscribed = bus.unsubscribe('a');
  const { seq } = await other.append(publication('marker'));
  await Promise.all([appended, unsubscribed, recorder.received(seq)]);
  expect(recorder.seqs).toEqual([seq]);
});

it('applies a lower number of remembered channels at the next append', async () => {
  await appendTo(connect(), ...Array.from({ length: 250 }, (_, index) => `c${index}`));
  const remembered = (): Promise<unknown> => redis.command('ZCARD', '{tetracast}:last');
  const bus = connect({ channelsRemembered: 3 });
  await appendTo(bus, 'c249');
  expect(await remembered()).toBe(150); // a hundred at once
  await appendTo(bus, 'c249', 'c249', 'c249');
  expect(await remembered()).toBe(3);
  expect(await redis.command('HGET', PARTITION, 'forgotten')).toBe('247');
});

it('begins a new life when the log stands before what is known to have been given out', async () => {
  const bus = connect();
  const other = connect();
  const [appended] = [await bus.append(publication('a')), await appendTo(bus, 'a', 'b')];
  await other.positions([]);
  // What a failover does that loses the last message.
  await redis.command('HSET', PARTITION, 'seq', 2);
  const after = await other.append(publication('a'));
  expect(after.epoch).not.toBe(appended.epoch);
  expect(after.seq).toBe(3);
  // The second to notice finds it done.
  expect((await bus.positions([])).epoch).toBe(after.epoch);
  expect((await bus.append(publication('a'))).epoch).toBe(after.epoch);
});

it('does not mix the log with what a removed one left behind', async () => {
  const bus = connect();
  await appendTo(bus, 'a', 'b', 'a', 'b', 'b');
  await redis.command('DEL', PARTITION);
  expect(await readAll(bus, 'a')).toMatchObject({ head: 0, last: 0, entries: [], trimmed: false });
  expect(await appendTo(bus, 'b', 'a')).toEqual([1, 2]);
  expect(await readAll(bus, 'a')).toMatchObject({ entries: [{ seq: 2, prev: 0 }], trimmed: false });
  expect(seqsOf(await readAll(bus, 'b'))).toEqual([1]);
});

it('loads its scripts again when Redis has dropped them', async () => {
  const bus = connect();
  await appendTo(bus, 'a', 'a');
  await redis.command('SCRIPT', 'FLUSH');
  await Promise.all([appendTo(bus, 'a', 'a'), readAll(bus, 'a'), bus.positions(['a'])]);
  expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 2, 3, 4]);
});

it('ignores the announcements of another database, and what other programs publish on its channels', async () => {
  const [bus, stranger] = [connect(), connect({}, '/1')];
  const recorder = new Recorder();
  bus.listen(recorder);
  await bus.subscribe('a');
  const [{ epoch }] = await Promise.all([bus.positions([]), stranger.append(publication('a', { data: '"no"' }))]);
  for (const text of ['', 'x', 'E 1 0 1', 'E 1 0 1\n', 'E 1 0 1\n{}', 'E 1 0 1\n{"event"\n1', 'E x 0 1\n{}\n1']) {
    await redis.command('PUBLISH', '{tetracast}:announce:a', text);
  }
  await appendTo(bus, 'a');
  await recorder.received(1);
  expect(recorder.epochs).toEqual([epoch]);
});
