export { Batch } from './batch';
export { Connection } from './connection';
export type { Following } from './follower';
export type { Framing } from './framing';
export { Hub, type HubOptions, type HubStats } from './hub';
export type { Sink } from './sink';
export { Wheel } from './wheel';
