import type { Bus } from '@tetracast/bus';
import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyPluginAsync } from 'fastify';
import { socketioPlugin } from '../src/socketio.plugin';

export interface RunningService extends AsyncDisposable {
  readonly url: string;
}

/** The service on a free port, or on `PORT`, with a log of its own unless `bus` is given. */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  { bus, plugins = [socketioPlugin] }: { bus?: Bus; plugins?: readonly FastifyPluginAsync[] } = {},
): Promise<RunningService> {
  const settings = parseSettings({ PORT: '0', DRAIN_TIMEOUT: '500ms', ...env });
  const app = await createService(settings, plugins, { logger: false, ...(bus === undefined ? {} : { bus }) });
  const url = await app.listen({ port: settings.port, host: '127.0.0.1' });
  return { url, [Symbol.asyncDispose]: () => app.close() };
}
