import type { ServiceDescriptor } from '@tetracast/service-kit';
import service from './service.json';
import { apiPlugin } from './api.plugin';

/** The service of the server API. */
export const api: ServiceDescriptor = { ...service, plugin: apiPlugin };
