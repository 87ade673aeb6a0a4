import type { Batch, Sink } from '@tetracast/hub';
import type { Reset } from '@tetracast/message-model';
import { pollFraming } from './poll-framing';

/** Collects the response to one poll. */
export class PollSink implements Sink {
  readonly framing = pollFraming;
  /** The cursor for the next poll; `undefined` until the subscription has begun. */
  cursor: string | undefined;
  /** Whether the poll must not wait, because its connection or the service is closing. */
  closed = false;
  private readonly batches: Batch[] = [];
  private count = 0;
  private bytes = 0;
  private pendingReset: Reset | undefined;
  private wakeUp: (() => void) | undefined;

  /** Takes at most `limit` messages, and no more once they have `maxBytes` together. */
  constructor(
    private readonly limit: number,
    private readonly maxBytes: number,
  ) {}

  get batchLimit(): number {
    return this.limit - this.count;
  }

  /** Whether there is a message or a reset to send. */
  get hasContent(): boolean {
    return this.count > 0 || this.pendingReset !== undefined;
  }

  write(batch: Batch): boolean {
    this.batches.push(batch);
    this.count += batch.count;
    this.bytes += batch.bytes.length;
    this.cursor = batch.cursor;
    this.wake();
    return this.count < this.limit && this.bytes < this.maxBytes;
  }

  advanceCursor(cursor: string): boolean {
    this.cursor = cursor;
    return true;
  }

  /** A response has one reset: a second one adds its channels. */
  sendReset(reset: Reset): void {
    const { pendingReset } = this;
    this.pendingReset = pendingReset === undefined ? reset : merge(pendingReset, reset);
    this.cursor = reset.cursor;
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Resolves at the first message or reset, when the sink is closed, or when {@link wake} is called. */
  whenContent(): Promise<void> {
    if (this.closed || this.hasContent) return Promise.resolve();
    return new Promise((resolve) => {
      this.wakeUp = resolve;
    });
  }

  wake(): void {
    this.wakeUp?.();
  }

  /** `{"messages":[…],"cursor":"…"[,"reset":{…}]}` */
  body(): Buffer {
    const { batches, cursor = '', pendingReset } = this;
    const [only] = batches;
    if (only === undefined || batches.length > 1 || pendingReset !== undefined || cursor !== only.cursor) {
      return encodeBody(batches, cursor, pendingReset);
    }
    let shared = bodies.get(only);
    if (shared === undefined) bodies.set(only, (shared = encodeBody(batches, cursor)));
    return shared;
  }
}

/** Polls that waited at the same position share the bytes of a response. */
const bodies = new WeakMap<Batch, Buffer>();

const HEAD = Buffer.from('{"messages":[');

function encodeBody(batches: readonly Batch[], cursor: string, reset?: Reset): Buffer {
  const [first, ...rest] = batches.map(({ bytes }) => bytes);
  const member = reset === undefined ? '' : `,"reset":${JSON.stringify(reset)}`;
  const tail = Buffer.from(`],"cursor":${JSON.stringify(cursor)}${member}}`);
  return Buffer.concat([HEAD, ...(first === undefined ? [] : [first.subarray(1), ...rest]), tail]);
}

function merge(first: Reset, added: Reset): Reset {
  return { ...first, channels: [...new Set([...first.channels, ...added.channels])] };
}
