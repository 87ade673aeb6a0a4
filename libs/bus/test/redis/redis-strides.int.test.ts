import { type RedisServer, startRedis } from '@tetracast/testing';
import { NEWEST, RedisBus } from '../../src';
import type { RedisBusSettings } from '../../src/redis/redis-bus';
import { publication, SETTINGS } from '../contract/harness';
import { type Command, Monitor } from './monitor';

let redis: RedisServer;
const buses: RedisBus[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

function connect(settings: Partial<RedisBusSettings> = {}): RedisBus {
  const bus = new RedisBus(redis.url, { ...SETTINGS, ...settings });
  buses.push(bus);
  return bus;
}

/** The commands that Redis ran while `work` was done, also those in scripts, but for the proof that a bus works, at any time. */
async function commandsOf(work: () => Promise<unknown>): Promise<readonly Command[]> {
  using monitor = await Monitor.start(redis.url);
  await work();
  let isProof = false;
  return (await monitor.seen()).filter(({ given, isInScript }) => {
    if (!isInScript) isProof = given.some((argument) => argument.includes('$proof'));
    return !isProof;
  });
}

/** Up to how many entries of a stream Redis was asked for, command by command, while `work` was done. */
async function stridesOf(command: string, work: () => Promise<unknown>): Promise<number[]> {
  const commands = await commandsOf(work);
  return commands.flatMap(({ name, given }) => (name === command ? [Number(given.at(-1))] : []));
}

/** How often each of these commands was run in each script, one script after the other. */
async function scriptsOf(work: () => Promise<unknown>, ...names: string[]): Promise<number[][]> {
  const scripts: number[][] = [];
  for (const { name } of await commandsOf(work)) {
    if (name === 'EVALSHA' || name === 'EVAL') scripts.push(names.map(() => 0));
    const index = names.indexOf(name);
    const counts = scripts.at(-1);
    if (index >= 0 && counts !== undefined) counts[index] = (counts[index] ?? 0) + 1;
  }
  return scripts.filter((counts) => counts.some((count) => count > 0));
}

// The first looks for what has expired.
it.each([
  ['few small messages in two strides', 1, 50, 1, [1, 8, 64]],
  ['many in as many as it takes', 1, 150, 1, [1, 8, 64, 64, 64]],
  ['of large ones no more than a page has', 50_000, 50, 50_000, [1, 6]],
  ['of large ones behind a small one not many more', 1, 50, 50_000, [1, 8]],
])('reads %s', async (channel, first, count, length, strides) => {
  const bus = connect();
  const lengths = [first, ...Array.from({ length: count - 1 }, () => length)];
  const name = channel.replaceAll(' ', '-');
  await Promise.all(lengths.map((each) => bus.append(publication(name, { data: '1'.repeat(each) }))));

  const page = { limit: 256, bytes: 256 * 1024 };
  const forth = () => bus.read(name, { kind: 'after', seq: 0, ...page });
  const back = () => bus.read(name, { kind: 'before', seq: NEWEST, ...page });

  expect(await stridesOf('XRANGE', forth)).toEqual(strides);
  // Back from the newest message, the oldest is as good a guess of their size.
  expect((await stridesOf('XREVRANGE', back))[0]).toBe(strides[1]);
});

it('stores a thousand messages in two scripts, sent before the first answer, that number them in one command each', async () => {
  const bus = connect();
  const publications = Array.from({ length: 1000 }, () => publication('batch'));
  await bus.append(publication('batch'));
  const counts = await scriptsOf(() => bus.appendAll(publications), 'XADD', 'HINCRBY', 'ZADD', 'PUBLISH');
  expect(counts).toEqual(Array.from({ length: 2 }, () => [500, 1, 1, 500]));
});

it('looks a thousand channels up in one command of each kind, and sends a message for all of them once', async () => {
  const bus = connect();
  const publications = Array.from({ length: 1000 }, (_, i) => publication(`wide-${i}`, { data: '271828' }));
  const names = ['EXISTS', 'ZMSCORE', 'ZADD', 'XLEN', 'ZSCORE', 'XADD'];
  await bus.appendAll(publications);
  const counts = await scriptsOf(() => bus.appendAll(publications), ...names);
  expect(counts).toEqual(Array.from({ length: 2 }, () => [1, 1, 1, 0, 0, 500]));
  const commands = await commandsOf(() => bus.appendAll(publications));
  const sent = commands.flatMap(({ name, given }) => (name === 'EVALSHA' ? given : []));
  expect(sent.filter((text) => text.endsWith('271828'))).toHaveLength(2);
  const expiryChecks = commands.filter(({ name }) => name === 'XRANGE').length;
  expect([expiryChecks > 0, expiryChecks <= 1000 / 8 + 2]).toEqual([true, true]);
});

/** What the script runs that stores a message in a channel which has some, in its order. */
const APPEND = [
  'EXISTS',
  'HMGET',
  'ZMSCORE',
  'HINCRBY',
  'TIME',
  'XADD',
  'XRANGE',
  'PEXPIRE',
  'ZADD',
  'ZCARD',
  'PUBLISH',
];

it('runs one command for ends, and none for presence or webhooks, where a message is stored without them', async () => {
  const bus = connect({ webhooks: { maxBytes: 1e6, events: ['channel.ended'] } });
  await bus.append(publication('plain'));
  const commands = await commandsOf(() => bus.append(publication('plain')));
  const script = commands.findIndex(({ given }) => given.includes('{tetracast}:log:plain'));
  const after = commands.slice(script + 1);
  expect(after.slice(0, APPEND.length).map(({ name }) => name)).toEqual(APPEND);
  expect(after.at(APPEND.length)?.isInScript).not.toBe(true);
});

it("deletes a user's messages in steps of fifty, and looks at five hundred in a step", async () => {
  const bus = connect({ keyPrefix: '{steps}', retention: { size: 5000, ttlMs: 600_000 } });
  await bus.appendAll(Array.from({ length: 120 }, () => publication('of-ann', { user: 'ann' })));
  await bus.appendAll(Array.from({ length: 1200 }, () => publication('of-bob', { user: 'bob' })));
  const steps = await scriptsOf(() => bus.deleteUserMessages('ann'), 'XDEL', 'XRANGE');
  expect(steps.reduce((sum, [deleted = 0]) => sum + deleted, 0)).toBe(120);
  for (const [deleted = 0, reads = 0] of steps) {
    expect(deleted).toBeLessThanOrEqual(50 + 7);
    // Of each message deleted, two more: what follows it, and the oldest that remains.
    expect(reads - 2 * deleted).toBeLessThanOrEqual(500 / 8 + 2);
  }
});
