import type { Entry } from '../entry';
import type { ChannelLog } from './channel-log';

/** What a message takes besides its texts: its object, its numbers, and its places in the log of its channel and here. */
const ENTRY_BYTES = 300;

/** What all messages of a log take, and which is the oldest. */
export class StoredBytes {
  // In the order of the numbers.
  private readonly logs = new Map<number, ChannelLog>();
  // Kept for good: it stands at the oldest, while a new one walks over all that were deleted before.
  private readonly oldestFirst = this.logs.values();
  private bytes = 0;

  get total(): number {
    return this.bytes;
  }

  add(entry: Entry, log: ChannelLog): void {
    this.logs.set(entry.seq, log);
    this.bytes += sizeOf(entry);
  }

  remove(entry: Entry): void {
    this.logs.delete(entry.seq);
    this.bytes -= sizeOf(entry);
  }

  /** Drops the oldest messages, of whichever channel, until all together take no more than `most`. */
  shrinkTo(most: number): void {
    while (this.bytes > most) {
      const oldest = this.oldestFirst.next();
      if (oldest.done === true) return;
      oldest.value.dropOldest();
    }
  }
}

/** Bytes of its texts in UTF-8, which in memory are as many if they are ASCII. */
function sizeOf({ channel, event, data, client = '', user = '' }: Entry): number {
  return ENTRY_BYTES + Buffer.byteLength(data) + channel.length + event.length + client.length + user.length;
}
