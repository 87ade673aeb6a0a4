import { NO_LIMITS, startRedis } from '@tetracast/testing';
import { pin } from '../load';
import type { System } from '../system';
import { startNodeServer } from './node-server';

/** Two processes of our WebSocket service with one Redis, as replicas are; tokens signed with `secret` are needed. */
export function twoProcesses(secret: string): System {
  return {
    name: 'Tetracast with Redis, 2 processes',
    transport: 'WebSocket',
    start: async () => {
      const redis = await startRedis();
      await pin(redis.pid);
      const options = {
        file: 'dist/apps/websocket/main.cjs',
        env: { ...NO_LIMITS, ...NO_LIMITS_OF_USERS, BUS_URL: redis.url, AUTH_SECRET: secret },
      };
      const servers = [await startNodeServer(options), await startNodeServer(options)];
      return {
        pids: [redis.pid, ...servers.flatMap(({ pids }) => pids)],
        nodes: servers.map(({ port }) => `127.0.0.1:${port}`),
        load: {},
        [Symbol.asyncDispose]: async () => {
          for (const one of [...servers, redis]) await one[Symbol.asyncDispose]();
        },
      };
    },
  };
}

const NO_LIMITS_OF_USERS = { MAX_CONNECTIONS_PER_USER: '0', SUBSCRIBE_RATE: '0/0/0' };
