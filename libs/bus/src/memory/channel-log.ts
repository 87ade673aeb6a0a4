import type { Range } from '../message-log';
import { bytesOf, type Entry } from '../entry';
import type { Retention } from '../retention';

/** The stored entries of one channel, by seq. */
export class ChannelLog {
  // Those before `start` are let go of: what is dropped must not take up memory.
  private entries: (Entry | undefined)[] = [];
  /** Index of the first entry that is still stored: taking one off the front of an array costs the whole array. */
  private start = 0;

  /** `onDrop` is called with each entry that is stored no longer, and whether none is left. */
  constructor(
    private readonly retention: Retention,
    private readonly onDrop: (entry: Entry, isEmpty: boolean) => void = () => undefined,
  ) {}

  get length(): number {
    return this.entries.length - this.start;
  }

  /** Seq of the newest entry stored. */
  get last(): number | undefined {
    return this.entries.at(-1)?.seq;
  }

  push(entry: Entry): void {
    this.entries.push(entry);
    if (this.length > this.retention.size) this.dropOldest();
    this.dropExpired(entry.time);
  }

  /** Takes off the front what is `ttlMs` old or older at `now`. */
  dropExpired(now: number): void {
    const bornAfter = now - this.retention.ttlMs;
    while (this.start < this.entries.length && (this.entries[this.start] as Entry).time <= bornAfter) this.dropOldest();
  }

  /** Takes the oldest entry off the front, if there is one. */
  dropOldest(): void {
    const oldest = this.entries[this.start];
    if (oldest === undefined) return;
    this.entries[this.start++] = undefined;
    this.onDrop(oldest, this.length === 0);
    // Their places are given up in lots: at most an eighth of what is stored, or 16, are kept for longer.
    if (this.start > 16 && this.start * 8 > this.length) {
      this.entries.splice(0, this.start);
      this.start = 0;
    } else if (this.length === 0) {
      this.entries = [];
      this.start = 0;
    }
  }

  /** The entries of a range, oldest first. */
  read(range: Range): Entry[] {
    if (range.kind === 'rewind') {
      const from = Math.max(this.start, this.entries.length - range.count);
      return this.entries.slice(from, from + 1) as Entry[];
    }
    const from = this.indexAfter(range.seq);
    const most = Math.min(this.entries.length, from + range.limit);
    let to = from;
    for (let bytes = 0; to < most && bytes < range.bytes; to++) bytes += bytesOf(this.entries[to] as Entry);
    return this.entries.slice(from, to) as Entry[];
  }

  private indexAfter(seq: number): number {
    let low = this.start;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle] as Entry).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
