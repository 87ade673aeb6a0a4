import { startProcess } from '@tetracast/testing';
import { join } from 'node:path';
import { LOAD_CORE, pin } from '../load';
import { BENCH } from '../places';
import type { System } from '../system';
import { tetracast } from './tetracast';

/** The service with the relay before a model, which runs on the load's core. */
export function relay(bus?: 'redis', root?: string): System {
  const { name } = tetracast({ service: 'api', ...(bus === undefined ? {} : { bus }) });
  return {
    name: root === undefined ? name : `${name}, before`,
    transport: 'SSE',
    builtIn: (folder) => relay(bus, folder),
    start: async () => {
      const model = await startProcess({ file: join(BENCH, 'answers/model.mjs') });
      try {
        await pin(model.pid, LOAD_CORE);
        const running = await tetracast({
          service: 'api',
          env: { RELAY_BENCH: model.url },
          ...(bus === undefined ? {} : { bus }),
          ...(root === undefined ? {} : { root }),
        }).start();
        return {
          ...running,
          model: { url: model.url, pid: model.pid },
          [Symbol.asyncDispose]: async () => {
            await running[Symbol.asyncDispose]();
            await model.kill();
          },
        };
      } catch (error) {
        await model.kill();
        throw error;
      }
    },
  };
}
