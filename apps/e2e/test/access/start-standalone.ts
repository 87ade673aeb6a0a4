import { ndjson } from '@tetracast/example-transport';
import type { ServiceOptions } from '@tetracast/service-kit';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';

export interface Standalone extends TestService {
  /** Publishes without any check; resolves with the message's cursor. */
  store(channel: string, data: string): Promise<string>;
  /** How many messages were ever stored. */
  stored(): Promise<number>;
}

/** The services of the product, and the example, which the suites test as well. */
const served = [...plugins, ndjson.plugin];

/** All transports on one free port, with the message log in this process or at `BUS_URL`. */
export async function startStandalone(
  env: Readonly<Record<string, string>>,
  fixed: ServiceOptions['fixed'] = {},
): Promise<Standalone> {
  const service = await startService(served, env, { fixed });
  const { hub, bus } = service.tetracast;
  return {
    ...service,
    store: async (channel, data) =>
      (await hub.publish({ channel, event: 'message', data: JSON.stringify(data), echo: true })).id,
    stored: async () => (await bus.positions([])).head,
  };
}
