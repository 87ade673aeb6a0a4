import { backOffMs, type Runtime } from '@tetracast/node-io/runtime';

const FIRST_MS = 1000;
const MAX_MS = 600_000;

interface Waiting {
  readonly failures: number;
  /** On the monotonic clock. */
  readonly until: number;
}

/** How long webhooks wait after so many failures in a row, in ms. */
export const webhookBackOffMs = (runtime: Runtime, failures: number, maxMs = MAX_MS): number =>
  backOffMs(runtime, failures, FIRST_MS, maxMs);

/** The longest time until the whole queue is read again. */
const READ_ALL_MS = 60_000;

/**
 * The channels whose next webhook waits for another attempt. What is refused on one channel keeps no other waiting. A channel that
 * was passed over once is passed over until the whole queue is read again: its later webhooks must not come first.
 */
export class ChannelBackOff {
  private readonly waiting = new Map<string, Waiting>();
  private readonly skipped = new Set<string>();
  private readAllAt = -Infinity;

  constructor(private readonly runtime: Runtime) {}

  /** The number of channels that it knows. */
  get size(): number {
    return this.waiting.size;
  }

  /** Whether something in the queue may be due besides what is new. The queue may be long: nothing else needs to be read then. */
  needsWholeQueue(): boolean {
    if (this.runtime.monotonicMs() - this.readAllAt >= READ_ALL_MS) return true;
    return [...this.skipped].some((channel) => !this.isWaiting(channel));
  }

  /** The whole queue is read from now on. Forgets the channels that were due long ago: their webhooks were dropped. */
  restart(): void {
    this.readAllAt = this.runtime.monotonicMs();
    this.skipped.clear();
    for (const [channel, { until }] of this.waiting) if (until < this.readAllAt - MAX_MS) this.waiting.delete(channel);
  }

  /** Whether the next webhook of a channel is due; if not, it is passed over. */
  isDue(channel: string): boolean {
    if (!this.skipped.has(channel) && !this.isWaiting(channel)) return true;
    this.skipped.add(channel);
    return false;
  }

  failed(channel: string): void {
    const failures = (this.waiting.get(channel)?.failures ?? 0) + 1;
    const until = this.runtime.monotonicMs() + webhookBackOffMs(this.runtime, failures);
    this.waiting.set(channel, { failures, until });
    this.skipped.add(channel);
  }

  succeeded(channel: string): void {
    this.waiting.delete(channel);
  }

  private isWaiting(channel: string): boolean {
    const found = this.waiting.get(channel);
    return found !== undefined && found.until > this.runtime.monotonicMs();
  }
}
