export type * from './api-types';
export type { TetracastOptions } from './http-calls';
export { mintToken, type SigningKey, type TokenOptions } from './mint-token';
export * from './tetracast';
export { TetracastError } from './tetracast-error';
