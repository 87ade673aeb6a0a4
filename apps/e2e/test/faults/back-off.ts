import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 25;
const SLOWEST_MS = 400;

/** Waits longer from attempt to attempt, half of it by chance; resolves at once when `signal` aborts. */
export class BackOff {
  private attempts = 0;

  constructor(private readonly signal: AbortSignal) {}

  succeeded(): void {
    this.attempts = 0;
  }

  async wait(): Promise<void> {
    const ceiling = Math.min(SLOWEST_MS, FIRST_MS * 2 ** Math.min(this.attempts++, 10));
    await delay((ceiling * (1 + Math.random())) / 2, undefined, { signal: this.signal }).catch(() => undefined);
  }
}
