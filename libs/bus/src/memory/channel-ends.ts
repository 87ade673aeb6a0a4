import { bytesOf, type Entry } from '../entry';
import type { Range } from '../message-log';
import type { ChannelLog } from './channel-log';
import { ExpiringMap } from './expiring-map';

/** The last messages of the channels that have ended. They outlive the logs of their channels. */
export class ChannelEnds {
  private readonly ends: ExpiringMap<Entry>;

  /** Above `maxBytes` the channels that ended first are open again. */
  constructor(maxBytes: number) {
    this.ends = new ExpiringMap<Entry>(maxBytes, bytesOf);
  }

  /** Approximate bytes. */
  get total(): number {
    return this.ends.total;
  }

  get(channel: string, now: number): Entry | undefined {
    return this.ends.get(channel, now);
  }

  add(entry: Entry, expiresAt: number): void {
    this.ends.set(entry.channel, entry, expiresAt);
  }

  /** Opens the channel again. */
  remove(channel: string): void {
    this.ends.delete(channel);
  }

  channels(): Iterable<string> {
    return this.ends.keys();
  }

  /** The end of a channel, if its log has it no longer. */
  beside(log: ChannelLog | undefined, channel: string, now: number): Entry | undefined {
    const end = this.ends.get(channel, now);
    return end === undefined || log?.get(end.seq) !== undefined ? undefined : end;
  }

  sweep(count: number, now: number): void {
    this.ends.sweep(count, now);
  }
}

/** The entries of a range, in its order, with an end that the log has dropped: only notices of deletions come after it. */
export function readWithEnd(range: Range, log: ChannelLog | undefined, end: Entry | undefined): Entry[] {
  const entries = log?.read(range) ?? [];
  if (end === undefined) return entries;
  if (range.kind === 'rewind') return (log?.length ?? 0) < range.count ? [end] : entries;
  if (range.kind === 'after') return end.seq > range.seq ? [end, ...entries] : entries;
  return end.seq < range.seq && entries.length < range.limit ? [...entries, end] : entries;
}
