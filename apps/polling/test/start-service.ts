import type { Bus } from '@tetracast/bus';
import { createService, parseSettings, type Tetracast } from '@tetracast/service-kit';
import { pollingPlugin } from '../src/polling.plugin';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly tetracast: Tetracast;
  close(): Promise<void>;
}

/** The service on a free port, over a memory bus of its own unless there is another. */
export async function startService(
  settings: Readonly<Record<string, string>> = {},
  bus: { readonly bus?: Bus } = {},
): Promise<TestService> {
  const app = await createService(parseSettings({ DRAIN_TIMEOUT: '1s', ...settings }), [pollingPlugin], {
    ...bus,
    logger: false,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = (): Promise<void> => app.close();
  return { url, tetracast: app.tetracast, close, [Symbol.asyncDispose]: close };
}
