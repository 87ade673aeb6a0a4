export { answerError } from './http/problem';
export { publishRoute } from './http/publish-route';
export { requirePlainText } from './http/request-body';
export { LISTEN_BACKLOG, runService } from './run-service';
export { createService, type ServiceOptions } from './service';
export type { ServiceDescriptor, ServicePath } from './service-descriptor';
export type { Setting } from './settings/setting-kinds';
export { parseSettings, type Settings } from './settings/settings';
export type { Tetracast } from './tetracast';
