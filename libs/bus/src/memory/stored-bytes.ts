import type { Entry } from '../entry';
import type { ChannelLog } from './channel-log';

/** Memory of a message besides its texts: its object, its numbers, its slots in two collections. */
const ENTRY_BYTES = 300;

/** The memory of all messages, and which message is the oldest. */
export class StoredBytes {
  // In ascending order of sequence numbers.
  private readonly logs = new Map<number, ChannelLog>();
  // One iterator for good: a new one would walk over all deleted entries first.
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

  /** Drops the oldest messages of all channels until the rest takes at most `maxBytes`. */
  shrinkTo(maxBytes: number): void {
    while (this.bytes > maxBytes) {
      const oldest = this.oldestFirst.next();
      if (oldest.done === true) return;
      oldest.value.dropOldest();
    }
  }
}

/** With the texts as UTF-8; ASCII texts take as many bytes in memory. */
function sizeOf({ channel, event, data, client = '', user = '' }: Entry): number {
  return ENTRY_BYTES + Buffer.byteLength(data) + channel.length + event.length + client.length + user.length;
}
