import { ConnectionRecord } from './connection-record';

/** Of the transports together; the oldest entries go first. */
const ENTRIES_MAX = 400;
const BYTES_MAX = 131_072;

/** What a proxy does to a connection; the page has a sentence for each, in its languages. */
export type WireEvent =
  | 'handshake-refused'
  | 'response-held'
  | 'response-passed-on'
  | 'cut'
  | 'away'
  | 'stopping'
  | 'back'
  | 'fault-on'
  | 'fault-off';

/** What crossed the wire of one connection, as its client sees it, or what the proxy did to it. */
export interface WireEntry {
  /** Counts up by one. */
  readonly number: number;
  readonly transport: string;
  /** Counts the connections of all transports; 0 is none of them. */
  readonly connection: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly kind: 'sent' | 'received' | 'event';
  /** The bytes are frames of a WebSocket. */
  readonly isFrames?: true;
  readonly event?: WireEvent;
  /** Of `fault-on` and `fault-off`. */
  readonly fault?: string;
  /** Of bytes: how many, and the first of them as base64, without tokens. */
  readonly length?: number;
  readonly base64?: string;
}

/** The last entries of all connections, in memory. Tokens are masked before anything is kept. */
export class WireRecord {
  private readonly entries: WireEntry[] = [];
  private bytes = 0;
  private lastNumber = 0;
  private lastConnection = 0;

  event(transport: string, event: WireEvent, connection = 0): void {
    this.add({ transport, connection, kind: 'event', event });
  }

  openConnection(transport: string): ConnectionRecord {
    return new ConnectionRecord(transport, (this.lastConnection += 1), this);
  }

  /** The entries after `number` that are still kept. */
  after(number: number): readonly WireEntry[] {
    return this.entries.filter((entry) => entry.number > number);
  }

  add(entry: Omit<WireEntry, 'number' | 'time'>): void {
    this.entries.push({ ...entry, number: (this.lastNumber += 1), time: Date.now() });
    this.bytes += sizeOf(entry);
    while (this.entries.length > ENTRIES_MAX || this.bytes > BYTES_MAX) this.bytes -= sizeOf(this.entries.shift());
  }
}

function sizeOf(entry: Pick<WireEntry, 'base64'> | undefined): number {
  return entry?.base64?.length ?? 0;
}
