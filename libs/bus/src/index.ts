export * from './bus';
export { bytesOf, type Entry } from './entry';
export type * from './retention';
export * from './create-bus';
export { MemoryBus } from './memory/memory-bus';
export { RedisBus } from './redis/redis-bus';
