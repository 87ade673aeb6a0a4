export * from './keys/algorithms';
export * from './api/api-caller';
export * from './api/api-keys';
export * from './claims';
export * from './permissions';
export * from './patterns';
export * from './revocations';
export * from './tokens/token-verifier';
export type { UnusableKey } from './keys/usable-keys';
