export * from './algorithms';
export * from './claims';
export * from './grant';
export * from './patterns';
export * from './revocations';
export * from './token-verifier';
export type { UnusableKey } from './usable-keys';
