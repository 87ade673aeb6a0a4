import { type RedisServer, type SentinelServer, startRedis, startSentinel } from '@tetracast/testing';
import { describeBus } from '../bus.contract';
import { publication } from '../contract/harness';
import { Monitor, unnamedKeys } from './monitor';
import { RedisHarness } from './redis-harness';

let redis: RedisServer;
let sentinel: SentinelServer;
let monitor: Monitor;
const direct = new RedisHarness(() => redis);
const bySentinel = new RedisHarness(
  () => redis,
  () => sentinel.url,
);

beforeAll(async () => {
  redis = await startRedis();
  monitor = await Monitor.start(redis.url);
  sentinel = await startSentinel({ primary: redis, replicas: 0 });
});

afterEach(async () => {
  await direct.close();
  await bySentinel.close();
});

afterAll(async () => {
  monitor[Symbol.dispose]();
  await sentinel[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

describeBus('RedisBus', direct);

// Also in what the contract did.
it('names all keys of a script to Redis, as a cluster or a proxy needs it', async () => {
  const bus = direct.create({ webhooks: { events: ['channel.ended'], maxBytes: 1e6 } });
  await bus.append(publication('a', { ends: true, idempotencyKey: 'k' }));
  expect((await bus.takeWebhooks('s', { leaseMs: 1000, count: 1 }))?.webhooks).toHaveLength(1);
  const commands = await monitor.seen();
  expect(commands.some(({ name, isInScript }) => isInScript && name === 'XADD')).toBe(true);
  expect(new Set(unnamedKeys(commands))).toEqual(new Set());
});

describeBus('RedisBus by Sentinel', bySentinel);
