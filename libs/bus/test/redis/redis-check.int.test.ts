import { type RedisServer, startRedis } from '@tetracast/testing';
import { RedisBus } from '../../src';
import { SETTINGS } from '../contract/harness';
import { ready } from '../ready';

let redis: RedisServer;
let bus: RedisBus;

beforeEach(async () => {
  redis = await startRedis();
  bus = new RedisBus(redis.url, SETTINGS, { heartbeatMs: 600_000 });
});

afterEach(async () => {
  await bus.close();
  await redis[Symbol.asyncDispose]();
});

const commandsRun = async (): Promise<number> =>
  Number(/total_commands_processed:(\d+)/.exec(String(await redis.command('INFO', 'stats')))?.[1]);

it('costs Redis one proof however many ask', async () => {
  await ready(bus);
  await bus.check();
  const before = await commandsRun();
  const idle = (await commandsRun()) - before;
  const from = await commandsRun();
  const all = await Promise.all(Array.from({ length: 1000 }, () => bus.check()));
  expect(all.every(({ hear }) => hear === 'ok')).toBe(true);
  // A second may begin meanwhile.
  expect((await commandsRun()) - from - idle).toBeLessThan(100);
});

it('leaves no key behind, and each that it uses is under the prefix and no channel of a client', async () => {
  await ready(bus);
  const monitored = String(await redis.command('CONFIG', 'SET', 'slowlog-log-slower-than', 0));
  expect(monitored).toBe('OK');
  await redis.command('SLOWLOG', 'RESET');
  await bus.close();
  bus = new RedisBus(redis.url, SETTINGS, { heartbeatMs: 600_000 });
  await ready(bus);
  const slow = (await redis.command('SLOWLOG', 'GET', 1000)) as [number, number, number, string[]][];
  const proof = slow
    .map(([, , , command]) => command)
    .find(([name = '', ...rest]) => name.startsWith('eval') && rest.join().includes('$proof'));
  const named = proof?.filter((word) => word.includes('tetracast}')) ?? [];
  expect(named.length).toBeGreaterThanOrEqual(7);
  for (const word of named)
    expect(word).toMatch(/^\{tetracast\}:(partition|last|(log|idempotency|value|rate|announce):\$proof)/);
  expect(((await redis.command('KEYS', '*')) as string[]).filter((key) => key.includes('$proof'))).toEqual([]);
});

it('reports at once that Redis is unavailable', async () => {
  await ready(bus);
  await redis.kill();
  await expect(bus.positions([])).rejects.toThrow();
  const { read, hear } = await bus.check();
  expect([read, hear]).toEqual([expect.stringMatching(/closed|ECONN/), expect.stringMatching(/closed|ECONN/)]);
});
