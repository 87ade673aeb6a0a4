import { api } from '@tetracast/api';
import { polling } from '@tetracast/polling';
import type { ServiceDescriptor } from '@tetracast/service-kit';
import { socketio } from '@tetracast/socketio';
import { sse } from '@tetracast/sse';
import { web } from '@tetracast/web';
import { websocket } from '@tetracast/websocket';

/** Every service of the product. */
export const services: readonly ServiceDescriptor[] = [polling, sse, websocket, socketio, api, web];

/** Registered on one server: one port, one hub, one bus. */
export const plugins = services.map(({ plugin }) => plugin);
