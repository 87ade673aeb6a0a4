import type { Range } from '../message-log';
import { bytesOf, type Entry } from '../entry';
import type { Retention } from '../retention';

/** The stored entries of one channel, by sequence number. */
export class ChannelLog {
  // Entries before `start` are cleared, so that dropped messages take no memory.
  private entries: (Entry | undefined)[] = [];
  /** Index of the first stored entry: removing one from the front of an array would move the whole array. */
  private start = 0;

  /** `onDrop` is called with each dropped entry, and whether none is left. */
  constructor(
    private readonly retention: Retention,
    private readonly onDrop: (entry: Entry, isEmpty: boolean) => void = () => undefined,
  ) {}

  get length(): number {
    return this.entries.length - this.start;
  }

  /** Sequence number of the oldest stored entry; 0 without one. */
  get oldest(): number {
    return this.entries[this.start]?.seq ?? 0;
  }

  /** Sequence number of the newest stored entry. */
  get last(): number | undefined {
    return this.entries.at(-1)?.seq;
  }

  push(entry: Entry): void {
    this.entries.push(entry);
    if (this.length > this.retention.size) this.dropOldest();
    this.dropExpired(entry.time);
  }

  /** Drops the entries that are `ttlMs` old or older at `now`. */
  dropExpired(now: number): void {
    const storedAfter = now - this.retention.ttlMs;
    while (this.start < this.entries.length && (this.entries[this.start] as Entry).time <= storedAfter)
      this.dropOldest();
  }

  /** Drops all entries. */
  clear(): void {
    while (this.length > 0) this.dropOldest();
  }

  /** Drops the oldest entry, if there is one. */
  dropOldest(): void {
    const oldest = this.entries[this.start];
    if (oldest === undefined) return;
    this.entries[this.start++] = undefined;
    this.onDrop(oldest, this.length === 0);
    // Empty slots are removed in lots: at most 16 remain, or an eighth of what is stored.
    if (this.start > 16 && this.start * 8 > this.length) {
      this.entries.splice(0, this.start);
      this.start = 0;
    } else if (this.length === 0) {
      this.entries = [];
      this.start = 0;
    }
  }

  get(seq: number): Entry | undefined {
    const found = this.entries[this.indexAfter(seq - 1)];
    return found?.seq === seq ? found : undefined;
  }

  /** Sequence numbers of a user's entries, in ascending order. */
  seqsOf(user: string): number[] {
    const seqs: number[] = [];
    for (const entry of this.entries) if (entry?.user === user) seqs.push(entry.seq);
    return seqs;
  }

  /** Removes one entry that is not the newest, if it is still stored, and links the one after it to the one before it. */
  remove(entry: Entry): void {
    const index = this.indexAfter(entry.seq);
    const next = this.entries[index] as Entry;
    this.entries[index] = { ...next, prev: entry.prev };
    if (this.entries[index - 1] !== entry) return;
    this.entries.splice(index - 1, 1);
    this.onDrop(entry, false);
  }

  /** The entries of a range, in its order. */
  read(range: Range): Entry[] {
    if (range.kind === 'rewind') {
      const from = Math.max(this.start, this.entries.length - range.count);
      return this.entries.slice(from, from + 1) as Entry[];
    }
    if (range.kind === 'before') return this.readBefore(range);
    const from = this.indexAfter(range.seq);
    const end = Math.min(this.entries.length, from + range.limit);
    let to = from;
    for (let bytes = 0; to < end && bytes < range.bytes; to++) bytes += bytesOf(this.entries[to] as Entry);
    return this.entries.slice(from, to) as Entry[];
  }

  private readBefore({ seq, limit, bytes }: Exclude<Range, { kind: 'rewind' }>): Entry[] {
    const end = this.indexAfter(seq - 1);
    const begin = Math.max(this.start, end - limit);
    let from = end;
    for (let read = 0; from > begin && read < bytes;) read += bytesOf(this.entries[--from] as Entry);
    return (this.entries.slice(from, end) as Entry[]).reverse();
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
