export * from './chromium';
export * from './free-port';
export { type ExitStatus } from './managed-process';
export { type NginxConf, type NginxPlaces } from './nginx-conf';
export * from './nginx-server';
export * from './redis-server';
export * from './service-process';
export * from './temp-dir';
