import type { ServiceDescriptor } from '@tetracast/service-kit';
import service from './service.json';
import { socketioPlugin } from './socketio.plugin';

/** The Socket.IO service. */
export const socketio: ServiceDescriptor = { ...service, plugin: socketioPlugin };
