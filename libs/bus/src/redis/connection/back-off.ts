import { backOffMs, type Runtime } from '@tetracast/node-io/runtime';

const FIRST_MS = 100;
const MAX_MS = 2000;

/** How long to wait before the next attempt to connect to Redis, in ms. */
export const redisBackOffMs = (attempt: number, runtime: Pick<Runtime, 'random'>): number =>
  backOffMs(runtime, attempt, FIRST_MS, MAX_MS);

/** After this time without a refusal the count starts from zero. */
const FORGET_AFTER_MS = 10_000;

/**
 * How often in a row a connection was made and then dropped because its server could not be used. ioredis counts each of
 * these as a success, so its own count restarts at 0 every time.
 */
export class DropCount {
  private count = 0;
  private lastAt = -Infinity;

  add(now: number): void {
    this.count = this.at(now) + 1;
    this.lastAt = now;
  }

  at(now: number): number {
    return now - this.lastAt < FORGET_AFTER_MS ? this.count : 0;
  }
}
