import type { ServiceDescriptor } from '@tetracast/service-kit';
import service from './service.json';
import { webPlugin } from './web.plugin';

export type { LabFaults } from './lab-faults';

/** The service of the lab page. */
export const web: ServiceDescriptor = { ...service, plugin: webPlugin };
