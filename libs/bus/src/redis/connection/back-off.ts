import type { Runtime } from '@tetracast/node-io/runtime';

const FIRST_MS = 50;
const SLOWEST_MS = 2000;

/** Doubles from 50 ms to 2 s; half of it is random, since many processes lose one Redis at the same moment. */
export function backOffMs(attempt: number, { random }: Pick<Runtime, 'random'>): number {
  const ceiling = Math.min(SLOWEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

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
