import type { RateCounters } from '@tetracast/bus';
import type { Runtime } from '@tetracast/node-io/runtime';
import { type SharedRates, RATE_WINDOW_MS } from './shared-rates';

/** How long a process does not know what the others allowed. In this time all processes together may exceed a rate. */
const EXCHANGE_MS = 250;

/**
 * Adds up what all processes on one message log allow, with one round trip for each exchange, and none while no client spends
 * anything. While the message log cannot be reached, each process limits alone. Returns a function that stops it.
 */
export function exchangeRateCounts(counters: RateCounters, buckets: SharedRates, runtime: Runtime): () => void {
  let underway = false;
  const exchange = async (): Promise<void> => {
    const report = buckets.report(runtime.monotonicMs());
    if (report.size === 0) return;
    const sums = await counters.addCounts(report, RATE_WINDOW_MS);
    const now = runtime.monotonicMs();
    for (const [index, name] of [...report.keys()].entries()) buckets.applyTotal(name, sums[index] ?? 0, now);
  };
  const timer = runtime
    .setInterval(() => {
      if (underway) return;
      underway = true;
      exchange()
        // A report that fails is dropped: sent later, it would count for that later time.
        .catch(() => undefined)
        .finally(() => {
          underway = false;
        });
    }, EXCHANGE_MS)
    .unref();
  return () => runtime.clearInterval(timer);
}
