import type { RateCounters } from '@tetracast/bus';
import { type SharedRates, RATE_WINDOW_MS } from './shared-rates';

/** How long a process does not know what others let through meanwhile: so much more than a rate may pass in all. */
const EXCHANGE_MS = 250;

/**
 * Has all processes on a log know what each of them lets through: one round trip now and then for everyone, and none while
 * nobody spends anything. Without the log each process limits by itself. Returns what stops it.
 */
export function exchangeRateCounts(counters: RateCounters, buckets: SharedRates): () => void {
  let underway = false;
  const exchange = async (): Promise<void> => {
    const report = buckets.report(performance.now());
    if (report.size === 0) return;
    const sums = await counters.addCounts(report, RATE_WINDOW_MS);
    const now = performance.now();
    for (const [index, name] of [...report.keys()].entries()) buckets.applyTotal(name, sums[index] ?? 0, now);
  };
  const timer = setInterval(() => {
    if (underway) return;
    underway = true;
    exchange()
      // What was not heard is lost: to tell it later would count it as spent then.
      .catch(() => undefined)
      .finally(() => {
        underway = false;
      });
  }, EXCHANGE_MS).unref();
  return () => clearInterval(timer);
}
