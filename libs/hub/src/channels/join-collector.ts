import type { Runtime } from '@tetracast/node-io/runtime';
import type { Channel } from './channel';

/** So the writes of one channel's joins and leaves, about 4 µs for each reader, take about a fifth of a processor. */
const MS_PER_READER = 0.02;

/** A shorter wait collects nothing. */
const SHORTEST_MS = 1;

/** A window keeps twice as many: readers that it has left behind would each read the message log. */
const MOST_COLLECTED = 128;

interface Collected {
  messages: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Collects the joins and leaves of a channel with many readers, since members often come and go at the same time: when n members
 * come, each join goes to up to n readers. One write for each would be n² writes; so it is one write for all that come within a time
 * which grows with the number of readers. A reader that gets another message meanwhile gets the joins before it in the same write.
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
      if (++collected.messages >= MOST_COLLECTED) this.deliver(this.take(channel, collected));
      return true;
    }
    const ms = channel.subscriptions.size * MS_PER_READER;
    if (ms < SHORTEST_MS) return false;
    const timer = this.runtime.setTimeout(() => {
      this.waiting.delete(channel);
      this.deliver(channel);
    }, ms);
    this.waiting.set(channel, { messages: 1, timer });
    return true;
  }

  /** The channels that wait; they wait no longer. */
  takeAll(): Channel[] {
    return [...this.waiting].map(([channel, collected]) => this.take(channel, collected));
  }

  private take(channel: Channel, { timer }: Collected): Channel {
    this.runtime.clearTimeout(timer);
    this.waiting.delete(channel);
    return channel;
  }
}
