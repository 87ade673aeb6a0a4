import { type CloseName, encodeMessage, type Message, type Reset } from '@tetracast/message-model';
import type { Batch, Framing, Sink } from '../src';

/** One line of JSON per message. */
const lines: Framing = {
  name: 'lines',
  encode: (message) => Buffer.from(`${encodeMessage(message)}\n`),
};

/** A sink that records what it gets, and is full when the test says so. */
export class RecordingSink implements Sink {
  readonly framing = lines;
  readonly messages: Message[] = [];
  readonly writes: Buffer[] = [];
  readonly resets: Reset[] = [];
  /** Messages and resets in their order, a reset as its reason. */
  readonly story: unknown[] = [];
  /** Cursors it got without a message. */
  readonly silentCursors: string[] = [];
  closed: CloseName | undefined;
  full = false;
  batchLimit?: number;
  private waiting: { count: number; resolve: () => void }[] = [];

  write(batch: Batch): boolean {
    this.writes.push(batch.bytes);
    for (const line of batch.bytes.toString().trimEnd().split('\n')) {
      const message = JSON.parse(line) as Message;
      this.messages.push(message);
      this.story.push(message.data);
    }
    this.settle();
    return !this.full;
  }

  sendReset(reset: Reset): void {
    this.resets.push(reset);
    this.story.push(reset.reason);
    this.settle();
  }

  advanceCursor(cursor: string): boolean {
    this.silentCursors.push(cursor);
    return !this.full;
  }

  close(reason: CloseName): void {
    this.closed = reason;
  }

  get data(): unknown[] {
    return this.messages.map(({ data }) => data);
  }

  /** Resolves once this many messages and resets have come. */
  received(count: number): Promise<void> {
    if (this.story.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  private settle(): void {
    this.waiting = this.waiting.filter(({ count, resolve }) => {
      if (this.story.length < count) return true;
      resolve();
      return false;
    });
  }
}
