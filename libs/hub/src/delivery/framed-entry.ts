import type { Entry } from '@tetracast/bus';
import { type EncodedMessage, encodeCursor } from '@tetracast/message-model';
import type { Framing } from './framing';

/**
 * An entry of the log with the frames made of it so far: one encoding per framing and process, however many readers. Very
 * many are kept, so that what can be made again from the entry is not.
 */
export class FramedEntry {
  readonly seq: number;
  readonly prev: number;
  // Nearly every process frames for one transport only: a map is for the others.
  private framing: Framing | undefined;
  private bytes: Buffer | undefined;
  private others: Map<Framing, Buffer> | undefined;

  constructor(
    private readonly epoch: string,
    private readonly entry: Entry,
    private readonly ownCursor?: string,
  ) {
    this.seq = entry.seq;
    this.prev = entry.prev;
  }

  /** An estimate of the memory it holds, in bytes. */
  get size(): number {
    return 256 + this.entry.data.length * 2;
  }

  /** The client key it is not sent to; `undefined` when it goes to all. */
  get hiddenFrom(): string | undefined {
    return this.entry.echo ? undefined : this.entry.client;
  }

  get message(): EncodedMessage {
    const { channel, event, data, time, client, user } = this.entry;
    const message: { -readonly [K in keyof EncodedMessage]: EncodedMessage[K] } = {
      id: encodeCursor({ epoch: this.epoch, seq: this.seq }),
      channel,
      event,
      data,
      time,
    };
    if (client !== undefined) message.client = client;
    if (user !== undefined) message.user = user;
    if (this.ownCursor !== undefined) message.cursor = this.ownCursor;
    return message;
  }

  /** From where its reader goes on. */
  get cursor(): string {
    return this.ownCursor ?? encodeCursor({ epoch: this.epoch, seq: this.seq });
  }

  /** The same for one connection that resumes elsewhere than at its id. */
  withCursor(cursor: string): FramedEntry {
    return new FramedEntry(this.epoch, this.entry, cursor);
  }

  frame(framing: Framing): Buffer {
    if (this.framing === framing) return this.bytes as Buffer;
    const known = this.others?.get(framing);
    if (known !== undefined) return known;
    const bytes = framing.encode(this.message);
    if (this.framing === undefined) {
      this.framing = framing;
      this.bytes = bytes;
    } else (this.others ??= new Map<Framing, Buffer>()).set(framing, bytes);
    return bytes;
  }
}
