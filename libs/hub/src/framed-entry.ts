import type { Entry } from '@tetracast/bus';
import { type EncodedMessage, encodeCursor } from '@tetracast/message-model';
import type { Framing } from './framing';

/** An entry of the log with the frames made of it so far: one encoding per framing and process, however many readers. */
export class FramedEntry {
  readonly seq: number;
  readonly prev: number;
  readonly message: EncodedMessage;
  /** The client key it is not sent to; `undefined` when it goes to all. */
  readonly hiddenFrom: string | undefined;
  /** An estimate of the memory it holds, in bytes. */
  readonly size: number;
  private readonly epoch: string;
  // Nearly every process frames for one or two transports only: a pair of arrays beats a map.
  private readonly framings: Framing[] = [];
  private readonly frames: Buffer[] = [];

  constructor(
    epoch: string,
    private readonly entry: Entry,
    cursor?: string,
  ) {
    const { seq, prev, channel, event, data, time, echo, client, user } = entry;
    this.seq = seq;
    this.prev = prev;
    this.hiddenFrom = echo ? undefined : client;
    this.size = 256 + data.length * 2;
    this.message = {
      id: encodeCursor({ epoch, seq }),
      ...{ channel, event, data, time },
      ...(client === undefined ? {} : { client }),
      ...(user === undefined ? {} : { user }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    this.epoch = epoch;
  }

  /** The same for one connection that resumes elsewhere than at its id. */
  withCursor(cursor: string): FramedEntry {
    return new FramedEntry(this.epoch, this.entry, cursor);
  }

  frame(framing: Framing): Buffer {
    const known = this.framings.indexOf(framing);
    if (known >= 0) return this.frames[known] as Buffer;
    const frame = framing.encode(this.message);
    this.framings.push(framing);
    this.frames.push(frame);
    return frame;
  }
}
