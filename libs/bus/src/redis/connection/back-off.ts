const FIRST_MS = 50;
const SLOWEST_MS = 2000;

/** Doubles from 50 ms to 2 s, of which the second half is random: many processes lose one Redis at the same moment. */
export function backOffMs(attempt: number): number {
  const ceiling = Math.min(SLOWEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}

/** After so long without a refusal the next one is the first again. */
const FORGOTTEN_AFTER_MS = 10_000;

/**
 * How often in a row a connection was made and then left, because its server could not be used. To ioredis each of these
 * was a success, so its own count begins at 0 every time.
 */
export class LeftCount {
  private count = 0;
  private lastAt = -Infinity;

  add(now: number): void {
    this.count = this.at(now) + 1;
    this.lastAt = now;
  }

  at(now: number): number {
    return now - this.lastAt < FORGOTTEN_AFTER_MS ? this.count : 0;
  }
}
