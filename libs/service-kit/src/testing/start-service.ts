import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Socket } from 'node:net';
import { createService, type ServiceOptions } from '../service';
import { parseSettings } from '../settings/settings';
import type { Tetracast } from '../tetracast';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly tetracast: Tetracast;
  /** The server sockets of all connections. */
  readonly sockets: readonly Socket[];
  /** The number of connections of the hub now. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * Starts a service with these plugins: on a free port unless `env` holds a `PORT`, with a new memory bus unless the
 * options hold one, and without log lines.
 */
export async function startService(
  plugins: readonly FastifyPluginAsync[] = [],
  env: Readonly<Record<string, string>> = {},
  options: ServiceOptions = {},
): Promise<TestService> {
  const settings = parseSettings({ PORT: '0', DRAIN_TIMEOUT: '1s', ...env });
  const app = await createService(settings, plugins, { logger: false, ...options });
  const { tetracast } = app;
  const sockets: Socket[] = [];
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  const url = await app.listen({ host: '127.0.0.1', port: settings.port });
  const connections = (): number => tetracast.hub.stats.connections;
  const close = (): Promise<void> => app.close();
  return { url, app, tetracast, sockets, connections, close, [Symbol.asyncDispose]: close };
}

/** Publishes these in one turn of the event loop. Resolves to their ids. */
export async function publish(
  { tetracast }: Pick<TestService, 'tetracast'>,
  channel: string,
  data: readonly unknown[],
  event = 'message',
): Promise<string[]> {
  const stored = await Promise.all(
    data.map((item) => tetracast.hub.publish({ channel, event, data: JSON.stringify(item), echo: true })),
  );
  return stored.map(({ id }) => id);
}
