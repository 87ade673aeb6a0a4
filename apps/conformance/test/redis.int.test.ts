import { type RedisServer, startRedis } from '@tetracast/testing';
import { describeAcrossTransports, describeEachTransport } from './all-transports';
import { startService } from './start-service';

const DATABASES = 1000;

let redis: RedisServer;
let used = 0;

beforeAll(async () => {
  redis = await startRedis({ args: ['--databases', String(DATABASES)] });
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

const server = {
  // A database for each, so that each has a separate message log.
  start: (settings: Readonly<Record<string, string>> = {}) =>
    startService({ BUS_URL: `${redis.url}/${used++}`, ...settings }),
};
describeEachTransport('Redis', server);
describeAcrossTransports('Redis', server);
