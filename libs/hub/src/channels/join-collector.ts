import type { Runtime } from '@tetracast/node-io/runtime';
import type { Channel } from './channel';

/** Waiting times of a delivery, so that the deliveries of one channel take about a fifth of a process's time. */
const WAITS = 4;

/** A write takes about 4 µs. */
const WAIT_MS_PER_READER = WAITS * 0.005;

/** A shorter wait collects nothing. */
const SHORTEST_MS = 1;

const LONGEST_MS = 1000;

/** A window keeps more: readers that it has left behind would each read the message log. */
const MOST_COLLECTED = 192;

interface Collected {
  messages: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Collects the joins and leaves of a channel with many readers, since members often come and go at the same time: when n members
 * come, each join goes to up to n readers. One write for each would be n² writes; so it is one write for all that come within a time
 * that grows with the number of readers, and on a busy machine with the time that the last delivery took. A reader that gets another
 * message meanwhile gets the joins before it in the same write.
 */
export class JoinCollector {
  private readonly waiting = new Map<Channel, Collected>();

  /** Calls `deliver` with a channel when it has waited, or collected, enough. */
  constructor(
    private readonly runtime: Runtime,
    private readonly deliver: (channel: Channel) => void,
  ) {}

  /** A channel has one more message for its readers; `false` if these are few, and nothing is collected. */
  collect(channel: Channel): boolean {
    const collected = this.waiting.get(channel);
    if (collected !== undefined) {
      if (++collected.messages >= MOST_COLLECTED) this.deliverNow(this.take(channel, collected));
      return true;
    }
    const byReaders = channel.subscriptions.size * WAIT_MS_PER_READER;
    if (byReaders < SHORTEST_MS) return false;
    const ms = Math.min(LONGEST_MS, Math.max(byReaders, channel.deliveryMs * WAITS));
    const timer = this.runtime.setTimeout(() => {
      this.waiting.delete(channel);
      this.deliverNow(channel);
    }, ms);
    this.waiting.set(channel, { messages: 1, timer });
    return true;
  }

  /** The channels that wait; they wait no longer. */
  takeAll(): Channel[] {
    return [...this.waiting].map(([channel, collected]) => this.take(channel, collected));
  }

  private deliverNow(channel: Channel): void {
    const startedAt = this.runtime.monotonicMs();
    this.deliver(channel);
    channel.deliveryMs = this.runtime.monotonicMs() - startedAt;
  }

  private take(channel: Channel, { timer }: Collected): Channel {
    this.runtime.clearTimeout(timer);
    this.waiting.delete(channel);
    return channel;
  }
}
