import { TokenBucket, BURST_S } from './token-bucket';

/** The time over which the spending of all processes is added up, and after which an idle spender is forgotten. */
export const RATE_WINDOW_MS = 10_000;

/** Maximum number of spenders. Above it the one whose report is the oldest is forgotten, as if its bucket were full. */
const REMEMBERED_MAX = 100_000;

/** Maximum number of spenders in one report: the message log does nothing else while it adds them up. */
const REPORT_MAX = 1000;

interface Spender {
  readonly bucket: TokenBucket;
  unreported: number;
  spentAt: number;
}

/**
 * The rates of spenders that several processes may serve, by name. Each process allows what its bucket has. At each exchange it
 * reports what it allowed, and takes what the others allowed from its buckets.
 */
export class SharedRates {
  // In the order of their last report, the oldest first.
  private readonly spenders = new Map<string, Spender>();

  get size(): number {
    return this.spenders.size;
  }

  /** `false`: the rate is spent. */
  take(name: string, rate: number, now: number, cost = 1): boolean {
    let spender = this.spenders.get(name);
    if (spender === undefined) {
      spender = { bucket: new TokenBucket(rate, now), unreported: 0, spentAt: now };
      if (this.spenders.size >= REMEMBERED_MAX) this.forgetOldest();
      this.spenders.set(name, spender);
    }
    spender.spentAt = now;
    if (!spender.bucket.take(now, cost)) return false;
    spender.unreported += cost;
    return true;
  }

  /** Whether the spender has spent its rate. It costs nothing to ask. */
  isSpent(name: string, now: number): boolean {
    return this.spenders.get(name)?.bucket.hasToken(now) === false;
  }

  /** What was spent since the last report, by name. Forgets spenders that have spent nothing for {@link RATE_WINDOW_MS}. */
  report(now: number): Map<string, number> {
    const report = new Map<string, number>();
    const names = this.spenders.keys();
    for (let left = Math.min(this.spenders.size, REPORT_MAX); left > 0; left--) {
      const name = names.next().value as string;
      const spender = this.spenders.get(name) as Spender;
      this.spenders.delete(name);
      if (now - spender.spentAt >= RATE_WINDOW_MS) continue;
      report.set(name, spender.unreported);
      spender.unreported = 0;
      this.spenders.set(name, spender);
    }
    return report;
  }

  /** `spent`: what all processes, this one included, allowed in the last {@link RATE_WINDOW_MS}. */
  applyTotal(name: string, spent: number, now: number): void {
    const spender = this.spenders.get(name);
    if (spender === undefined) return;
    const { bucket, unreported } = spender;
    // One bucket alone never allows more in the window, so this does not limit a process that is alone.
    const most = bucket.rate * (BURST_S + RATE_WINDOW_MS / 1000);
    bucket.limitTo(most - spent - unreported, now);
  }

  private forgetOldest(): void {
    const oldest = this.spenders.keys().next().value;
    if (oldest !== undefined) this.spenders.delete(oldest);
  }
}
