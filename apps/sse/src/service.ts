import type { ServiceDescriptor } from '@tetracast/service-kit';
import service from './service.json';
import { ssePlugin } from './sse.plugin';

/** The Server-Sent Events service. */
export const sse: ServiceDescriptor = { ...service, plugin: ssePlugin };
