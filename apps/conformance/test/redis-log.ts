import { type RedisServer, type ServerToTest, startRedis } from '@tetracast/testing';
import { startService } from './start-service';

const DATABASES = 1000;

/** Services on one Redis, each with a separate message log: a database of its own. */
export function useRedisLog(): ServerToTest {
  let redis: RedisServer;
  let used = 0;

  beforeAll(async () => {
    redis = await startRedis({ args: ['--databases', String(DATABASES)] });
  });

  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
  });

  return { start: (settings = {}) => startService({ BUS_URL: `${redis.url}/${used++}`, ...settings }) };
}
