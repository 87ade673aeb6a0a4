import type { Batch, Sink } from '@tetracast/hub';
import type { Reset } from '@tetracast/message-model';
import { pollFraming } from './poll-framing';

/** Collects the answer to one poll. */
export class PollSink implements Sink {
  readonly framing = pollFraming;
  /** Where the next poll resumes; `undefined` until the subscription has begun. */
  cursor: string | undefined;
  /** The connection or the service is closing: the poll waits no longer. */
  closed = false;
  private readonly batches: Batch[] = [];
  private count = 0;
  private bytes = 0;
  private pendingReset: Reset | undefined;
  private wakeUp: (() => void) | undefined;

  /** At most `limit` messages are taken, and no more once they are `maxBytes` together. */
  constructor(
    private readonly limit: number,
    private readonly maxBytes: number,
  ) {}

  get batchLimit(): number {
    return this.limit - this.count;
  }

  /** Whether there is a message or a reset to answer with. */
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

  /** An answer has room for one reset: a second one adds its channels. */
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

  /** Resolves at the first message or reset, when the sink is closed, or by {@link wake}. */
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

/** Polls that waited at the same position get the same answer. */
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
