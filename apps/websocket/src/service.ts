import type { ServiceDescriptor } from '@tetracast/service-kit';
import service from './service.json';
import { websocketPlugin } from './websocket.plugin';

export { serveAtRoot } from './root-path';

/** The WebSocket service. */
export const websocket: ServiceDescriptor = { ...service, plugin: websocketPlugin };
