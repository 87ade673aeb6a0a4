import { accepts, becomeReady, freePort, spawnProcess } from '@tetracast/testing';
import { compile, pin } from '../load';
import type { System } from '../system';

/** What is left when a broadcast is nothing but system calls: limit/broadcast.c. */
export function limit(transport: 'WebSocket' | 'SSE'): System {
  const subscribe = transport === 'SSE' ? { sub: 'stream', path: '/sse', ready: ':' } : { sub: 'ws', path: '/ws' };
  return {
    name: 'the limit (C, epoll)',
    transport,
    start: async () => {
      const port = await freePort();
      const server = await spawnProcess({
        command: await compile('limit'),
        env: { ...process.env, PORT: String(port) },
      });
      await pin(server.pid);
      await becomeReady(server, accepts(port));
      return {
        pids: [server.pid],
        load: { ...subscribe, pub: 'http', pubpath: '/publish', body: '{data}', port },
        [Symbol.asyncDispose]: async () => {
          await server.kill();
        },
      };
    },
  };
}
