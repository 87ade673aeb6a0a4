import { createService, parseSettings, type Tetracast } from '@tetracast/service-kit';
import type { FastifyInstance } from 'fastify';
import { ssePlugin } from '../src/sse.plugin';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly tetracast: Tetracast;
}

/** The service on a free port, over a memory bus of its own. */
export async function startService(settings: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const app = await createService(parseSettings({ PORT: '0', DRAIN_TIMEOUT: '1s', ...settings }), [ssePlugin], {
    logger: false,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, app, tetracast: app.tetracast, [Symbol.asyncDispose]: () => app.close() };
}
