import { pollingPlugin } from '@tetracast/polling';
import { startService as startWith, type TestService } from '@tetracast/service-kit/testing';
import { socketioPlugin } from '@tetracast/socketio';
import { ssePlugin } from '@tetracast/sse';
import { websocketPlugin } from '@tetracast/websocket';

/** All transports on one free port. */
export const startService = (env: Readonly<Record<string, string>>): Promise<TestService> =>
  startWith([pollingPlugin, ssePlugin, websocketPlugin, socketioPlugin], env);
