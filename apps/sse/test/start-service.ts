import { createService, parseSettings, type ServiceOptions, type Tetracast } from '@tetracast/service-kit';
import type { Socket } from 'node:net';
import { ssePlugin } from '../src/sse.plugin';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly tetracast: Tetracast;
  /** The service's ends of all connections so far. */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

/** The service on a free port, over a separate memory bus unless there is another. */
export async function startService(
  settings: Readonly<Record<string, string>> = {},
  options: Pick<ServiceOptions, 'bus' | 'fixed'> = {},
): Promise<TestService> {
  const app = await createService(parseSettings({ DRAIN_TIMEOUT: '1s', ...settings }), [ssePlugin], {
    ...options,
    logger: false,
  });
  const sockets: Socket[] = [];
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = (): Promise<void> => app.close();
  return { url, tetracast: app.tetracast, sockets, close, [Symbol.asyncDispose]: close };
}

/** Stores these, in one turn of the event loop; resolves to their ids. */
export async function publish(
  { tetracast }: TestService,
  channel: string,
  data: readonly unknown[],
  event = 'message',
): Promise<string[]> {
  const stored = await Promise.all(
    data.map((item) => tetracast.hub.publish({ channel, event, data: JSON.stringify(item), echo: true })),
  );
  return stored.map(({ id }) => id);
}

export function connectionsOf({ tetracast }: TestService): number {
  return tetracast.hub.stats.connections;
}

export { until } from '@tetracast/testing';
