import type { ChannelPage, ChannelQuery, ChannelSummary } from '../message-log';

/**
 * The last sequence number per channel, for the `capacity` channels with the newest messages. For all others together it
 * keeps one upper bound.
 */
export class LastNumbers {
  // In ascending order: the number that is added is always the greatest.
  private readonly numbers = new Map<string, number>();
  // One iterator for good: a new one would walk over all deleted entries first.
  private readonly oldestFirst = this.numbers.entries();
  private newest: string | undefined;
  private greatestForgotten = 0;

  constructor(private readonly capacity: number) {}

  get(channel: string): number | undefined {
    return this.numbers.get(channel);
  }

  /** The greatest number of a forgotten channel; 0 while there is none. */
  get forgotten(): number {
    return this.greatestForgotten;
  }

  /** A page of the channels, in ascending order of their last numbers. */
  list({ prefix, after, limit }: ChannelQuery, summaryOf: (channel: string) => ChannelSummary): ChannelPage {
    const channels: ChannelSummary[] = [];
    let next = after;
    for (const [channel, last] of this.numbers) {
      if (last <= after || !channel.startsWith(prefix)) continue;
      if (channels.length === limit) return { channels, next };
      channels.push(summaryOf(channel));
      next = last;
    }
    return { channels };
  }

  set(channel: string, seq: number): void {
    if (channel !== this.newest) this.numbers.delete(channel);
    this.numbers.set(channel, seq);
    this.newest = channel;
    if (this.numbers.size > this.capacity) this.forgetOldest();
  }

  private forgetOldest(): void {
    const oldest = this.oldestFirst.next();
    if (oldest.done === true) return;
    const [channel, seq] = oldest.value;
    this.numbers.delete(channel);
    this.greatestForgotten = seq;
  }
}
