import type { Entry } from '@tetracast/bus';
import { DELETED_EVENT, deletedSeq, type EncodedMessage, encodeCursor } from '@tetracast/message-model';
import type { Framing } from './framing';

/**
 * An entry of the message log with the frames made of it so far: one encoding per framing and process, for any number of
 * readers. A process keeps very many of these, so they hold nothing that the entry yields.
 */
export class FramedEntry {
  readonly seq: number;
  readonly prev: number;
  // Nearly every process frames for one transport only; the map serves the rest.
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

  /** The sequence number of the message that was deleted, if this entry is the notice of that. */
  get deletes(): number | undefined {
    return this.entry.event === DELETED_EVENT ? deletedSeq(this.entry.data) : undefined;
  }

  /** An estimate of the memory it holds, in bytes. */
  get size(): number {
    return 256 + this.entry.data.length * 2;
  }

  /** The client key that does not get it; `undefined` when every client does. */
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

  /** The cursor that resumes after it. */
  get cursor(): string {
    return this.ownCursor ?? encodeCursor({ epoch: this.epoch, seq: this.seq });
  }

  /** The same entry for one connection whose cursor after it is not its id. */
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
