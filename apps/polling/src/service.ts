import type { ServiceDescriptor } from '@tetracast/service-kit';
import service from './service.json';
import { pollingPlugin } from './polling.plugin';

/** The HTTP polling service. */
export const polling: ServiceDescriptor = { ...service, plugin: pollingPlugin };
