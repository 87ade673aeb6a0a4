import { ExpiringMap } from './expiring-map';

interface RateCount {
  readonly window: number;
  readonly count: number;
  readonly previous: number;
}

/** Counts over a sliding window; it takes the count of the window before to be spread evenly. */
export class MemoryRateCounts {
  private readonly rateCounts = new ExpiringMap<RateCount>();

  /** Adds to `name`; returns the approximate sum over the `windowMs` that end at `now`. */
  add(name: string, added: number, windowMs: number, now: number): number {
    const window = Math.floor(now / windowMs);
    const known = this.rateCounts.get(name, now);
    const age = known === undefined ? 0 : window - known.window;
    const count = (age === 0 ? (known?.count ?? 0) : 0) + added;
    const previous = age === 0 ? (known?.previous ?? 0) : age === 1 ? (known?.count ?? 0) : 0;
    if (added > 0) this.rateCounts.set(name, { window, count, previous }, now + 2 * windowMs);
    return Math.floor(count + previous * (1 - (now % windowMs) / windowMs));
  }

  sweep(count: number, now: number): void {
    this.rateCounts.sweep(count, now);
  }
}
