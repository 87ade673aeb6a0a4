import { createService, parseSettings, type ServiceOptions } from '@tetracast/service-kit';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { socketioPlugin } from '../src/socketio.plugin';

export interface RunningService extends AsyncDisposable {
  readonly url: string;
  readonly app: FastifyInstance;
  /** How many clients the hub has now. */
  connections(): number;
}

/** The service on a free port, or on `PORT`, with a log of its own unless `bus` is given. */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  { plugins = [socketioPlugin], ...options }: ServiceOptions & { plugins?: readonly FastifyPluginAsync[] } = {},
): Promise<RunningService> {
  const settings = parseSettings({ PORT: '0', DRAIN_TIMEOUT: '500ms', ...env });
  const app = await createService(settings, plugins, { logger: false, ...options });
  const url = await app.listen({ port: settings.port, host: '127.0.0.1' });
  const connections = (): number => app.tetracast.hub.stats.connections;
  return { url, app, connections, [Symbol.asyncDispose]: () => app.close() };
}
