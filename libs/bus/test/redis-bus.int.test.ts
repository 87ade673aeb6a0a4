import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, type SentinelServer, startRedis, startSentinel } from '@tetracast/testing';
import { RedisBus } from '../src';
import { describeBus } from './bus.contract';
import { SETTINGS } from './contract/harness';

let redis: RedisServer;
let sentinel: SentinelServer;
let logs = 0;
const buses = new Map<object, { prefix: string; settings: Partial<typeof SETTINGS> }>();

beforeAll(async () => {
  redis = await startRedis();
  sentinel = await startSentinel({ primary: redis, replicas: 0 });
});

afterEach(async () => {
  await Promise.all([...buses.keys()].map((bus) => (bus as RedisBus).close()));
  buses.clear();
});

afterAll(async () => {
  await sentinel[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

function describeAt(name: string, url: () => string): void {
  const connect = (prefix: string, settings: Partial<typeof SETTINGS>): RedisBus => {
    const bus = new RedisBus(url(), { ...SETTINGS, ...settings, keyPrefix: prefix });
    buses.set(bus, { prefix, settings });
    return bus;
  };
  describeBus(name, {
    create: (settings = {}) => connect(`{test-${++logs}}`, settings),
    join: (bus) => {
      const { prefix, settings } = buses.get(bus)!;
      return connect(prefix, settings);
    },
    now: async () => {
      const [seconds, microseconds] = (await redis.command('TIME')) as [string, string];
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    },
    tick: () => delay(2),
  });
}

describeAt('RedisBus', () => redis.url);
describeAt('RedisBus by Sentinel', () => sentinel.url);
