import { createService, parseSettings, type ServiceOptions } from '@tetracast/service-kit';
import type { FastifyInstance } from 'fastify';
import { plugins } from '../../src/services';
import { ndjson } from '@tetracast/example-transport';

export interface Standalone extends AsyncDisposable {
  readonly url: string;
  readonly app: FastifyInstance;
  /** Publishes past all checks; resolves with the message's cursor. */
  store(channel: string, data: string): Promise<string>;
  /** How many messages were ever stored. */
  stored(): Promise<number>;
}

/** The services of the product, and the example, which the suites try as well. */
const served = [...plugins, ndjson.plugin];

/** All transports on one free port, with the log in the process or at `BUS_URL`. */
export async function startStandalone(
  env: Readonly<Record<string, string>>,
  fixed: ServiceOptions['fixed'] = {},
): Promise<Standalone> {
  const settings = parseSettings({ DRAIN_TIMEOUT: '1s', ...env });
  const app = await createService(settings, served, { logger: false, fixed });
  const url = await app.listen({ host: '127.0.0.1', port: Number(env['PORT'] ?? 0) });
  const { hub, bus } = app.tetracast;
  return {
    url,
    app,
    store: async (channel, data) =>
      (await hub.publish({ channel, event: 'message', data: JSON.stringify(data), echo: true })).id,
    stored: async () => (await bus.positions([])).head,
    [Symbol.asyncDispose]: () => app.close(),
  };
}
