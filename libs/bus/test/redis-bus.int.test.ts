import { type RedisServer, type SentinelServer, startRedis, startSentinel } from '@tetracast/testing';
import { describeBus } from './bus.contract';
import { RedisHarness } from './redis-harness';

let redis: RedisServer;
let sentinel: SentinelServer;
const direct = new RedisHarness(() => redis);
const bySentinel = new RedisHarness(
  () => redis,
  () => sentinel.url,
);

beforeAll(async () => {
  redis = await startRedis();
  sentinel = await startSentinel({ primary: redis, replicas: 0 });
});

afterEach(async () => {
  await direct.close();
  await bySentinel.close();
});

afterAll(async () => {
  await sentinel[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

describeBus('RedisBus', direct);
describeBus('RedisBus by Sentinel', bySentinel);
