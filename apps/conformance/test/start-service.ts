import { createService, parseSettings } from '@tetracast/service-kit';
import { plugins } from '@tetracast/standalone';

/** All services on one free port. */
export async function startService(
  env: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly url: string }> {
  const settings = parseSettings({ DRAIN_TIMEOUT: '500ms', ...env });
  const app = await createService(settings, plugins, { logger: false });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, [Symbol.asyncDispose]: () => app.close() };
}
