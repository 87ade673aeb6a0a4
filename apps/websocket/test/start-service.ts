import type { Bus } from '@tetracast/bus';
import { createService, parseSettings, type ServiceOptions } from '@tetracast/service-kit';
import type { FastifyInstance } from 'fastify';
import { websocketPlugin } from '../src/websocket.plugin';

export interface RunningService extends AsyncDisposable {
  readonly url: string;
  readonly app: FastifyInstance;
}

/** The service on a free port, with a log of its own unless `bus` is given. */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  bus?: Bus,
  fixed: ServiceOptions['fixed'] = {},
): Promise<RunningService> {
  const settings = parseSettings({ PORT: '0', DRAIN_TIMEOUT: '500ms', ...env });
  const app = await createService(settings, [websocketPlugin], {
    logger: false,
    fixed,
    ...(bus === undefined ? {} : { bus }),
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, app, [Symbol.asyncDispose]: () => app.close() };
}
