import type { FastifyPluginAsync } from 'fastify';
import { createService, type ServiceOptions } from '../src/service';
import { parseSettings } from '../src/settings/settings';
import type { Tetracast } from '../src/tetracast';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly tetracast: Tetracast;
  close(): Promise<void>;
}

/** A service with these plugins on a free port, over a memory bus of its own unless there is one in `options`. */
export async function startService(
  plugins: readonly FastifyPluginAsync[] = [],
  env: Readonly<Record<string, string>> = {},
  options: Pick<ServiceOptions, 'bus' | 'fixed'> = {},
): Promise<TestService> {
  const app = await createService(parseSettings({ DRAIN_TIMEOUT: '1s', ...env }), plugins, {
    ...options,
    logger: false,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = (): Promise<void> => app.close();
  return { url, tetracast: app.tetracast, close, [Symbol.asyncDispose]: close };
}
