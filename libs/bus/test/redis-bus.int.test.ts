import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, startRedis } from '@tetracast/testing';
import { RedisBus } from '../src';
import { describeBus } from './bus.contract';
import { SETTINGS } from './contract/harness';

let redis: RedisServer;
let logs = 0;
const buses = new Map<object, { prefix: string; settings: Partial<typeof SETTINGS> }>();

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all([...buses.keys()].map((bus) => (bus as RedisBus).close()));
  buses.clear();
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

function connect(prefix: string, settings: Partial<typeof SETTINGS>): RedisBus {
  const bus = new RedisBus(redis.url, { ...SETTINGS, ...settings, keyPrefix: prefix });
  buses.set(bus, { prefix, settings });
  return bus;
}

describeBus('RedisBus', {
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
