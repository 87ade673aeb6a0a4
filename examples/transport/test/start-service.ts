import { createService, parseSettings } from '@tetracast/service-kit';
import { ndjson } from '../src/service';

/** The service on a free port, over a message log of its own in memory. */
export async function startService(
  settings: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly url: string }> {
  const app = await createService(parseSettings({ DRAIN_TIMEOUT: '1s', ...settings }), [ndjson.plugin], {
    logger: false,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, [Symbol.asyncDispose]: () => app.close() };
}
