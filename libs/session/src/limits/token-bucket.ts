/** How many seconds of its rate may be spent at once. */
export const BURST_S = 2;

/** A rate as a bucket that fills with `rate` tokens a second, of which each request takes one. No timer. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** Begins full. `now`, here and below, is in ms of a clock that never goes back. */
  constructor(
    readonly rate: number,
    now: number,
  ) {
    this.tokens = this.capacity;
    this.filledAt = now;
  }

  /** Takes `cost` tokens if there is at least one, so the number may become negative. `false`: there is none, and none was taken. */
  take(now: number, cost = 1): boolean {
    if (!this.hasToken(now)) return false;
    this.tokens -= cost;
    return true;
  }

  /** Whether there is at least one token. */
  hasToken(now: number): boolean {
    this.fill(now);
    return this.tokens >= 1;
  }

  /** Leaves at most `tokens`, since other processes have spent too. A negative number is bounded, so that it does not last long. */
  limitTo(tokens: number, now: number): void {
    this.fill(now);
    this.tokens = Math.max(-this.capacity, Math.min(this.tokens, tokens));
  }

  private get capacity(): number {
    return this.rate * BURST_S;
  }

  private fill(now: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.filledAt) * this.rate) / 1000);
    this.filledAt = now;
  }
}
