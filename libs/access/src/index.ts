export * from './algorithms';
export * from './api-caller';
export * from './api-keys';
export * from './claims';
export * from './permissions';
export * from './patterns';
export * from './revocations';
export * from './token-verifier';
export type { UnusableKey } from './usable-keys';
