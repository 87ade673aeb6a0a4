import type { ServiceOptions } from '@tetracast/service-kit';
import { startService as startWith, type TestService } from '@tetracast/service-kit/testing';
import { websocketPlugin } from '../src/websocket.plugin';

/** The service on a free port, with a memory bus of its own unless the options hold one. */
export const startService = (
  env: Readonly<Record<string, string>> = {},
  options?: ServiceOptions,
): Promise<TestService> => startWith([websocketPlugin], env, options);
