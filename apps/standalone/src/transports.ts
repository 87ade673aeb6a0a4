import { pollingPlugin } from '@tetracast/polling';
import { socketioPlugin } from '@tetracast/socketio';
import { ssePlugin } from '@tetracast/sse';
import { webPlugin } from '@tetracast/web';
import { websocketPlugin } from '@tetracast/websocket';

/** Every service, to be registered on one server: one port, one hub, one bus. */
export const transports = [pollingPlugin, ssePlugin, websocketPlugin, socketioPlugin, webPlugin];
