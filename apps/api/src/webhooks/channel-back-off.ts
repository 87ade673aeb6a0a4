import type { Runtime } from '@tetracast/node-io/runtime';

const FIRST_MS = 1000;
const MAX_MS = 600_000;

interface Waiting {
  readonly failures: number;
  /** On the monotonic clock. */
  readonly until: number;
}

/** The wait after so many failures, in ms: twice as long after each, half of it by chance. */
export function backOffMs(runtime: Runtime, failures: number, maxMs = MAX_MS): number {
  const ceiling = Math.min(maxMs, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return (ceiling * (1 + runtime.random())) / 2;
}

/** The channels whose next webhook waits for another attempt. What is refused on one channel keeps no other waiting. */
export class ChannelBackOff {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly runtime: Runtime) {}

  isWaiting(channel: string): boolean {
    const found = this.waiting.get(channel);
    return found !== undefined && found.until > this.runtime.monotonicMs();
  }

  failed(channel: string): void {
    const failures = (this.waiting.get(channel)?.failures ?? 0) + 1;
    const until = this.runtime.monotonicMs() + backOffMs(this.runtime, failures);
    this.waiting.set(channel, { failures, until });
  }

  succeeded(channel: string): void {
    this.waiting.delete(channel);
  }
}
