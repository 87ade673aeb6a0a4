import { NO_LIMITS, startRedis } from '@tetracast/testing';
import { join } from 'node:path';
import { pin } from '../load';
import type { System } from '../system';
import { startNodeServer } from './node-server';
import type { Service } from './tetracast';

/**
 * Two processes of one of our services with one Redis, as replicas are. `env` is called before they start. `before`: the checkout that
 * has built them. Default: this one.
 */
export function twoProcesses(
  service: Extract<Service, 'websocket' | 'sse'>,
  env: () => Readonly<Record<string, string>>,
  before?: string,
): System {
  return {
    name: `Tetracast with Redis, 2 processes${before === undefined ? '' : ', before'}`,
    builtIn: (root) => twoProcesses(service, env, root),
    transport: service === 'sse' ? 'SSE' : 'WebSocket',
    start: async () => {
      const redis = await startRedis();
      await pin(redis.pid);
      const options = {
        file: join(before ?? '.', `dist/apps/${service}/main.cjs`),
        env: { ...NO_LIMITS, ...NO_LIMITS_OF_USERS, ...env(), BUS_URL: redis.url },
      };
      const servers = [await startNodeServer(options), await startNodeServer(options)];
      return {
        pids: [redis.pid, ...servers.flatMap(({ pids }) => pids)],
        workers: servers.flatMap(({ workers }) => workers),
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
