import type { ServiceDescriptor } from '@tetracast/service-kit';
import { ndjsonPlugin } from './ndjson.plugin';
import service from './service.json';

/** Newline-delimited JSON over a plain HTTP response. */
export const ndjson: ServiceDescriptor = { ...service, plugin: ndjsonPlugin };
