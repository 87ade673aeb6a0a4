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
  // Nearly every process frames for one or two transports only: a pair of arrays beats a map.
  private readonly framings: Framing[] = [];
  private readonly frames: Buffer[] = [];

  constructor(epoch: string, entry: Entry) {
    this.seq = entry.seq;
    this.prev = entry.prev;
    this.hiddenFrom = entry.echo ? undefined : entry.client;
    this.size = 256 + entry.data.length * 2;
    this.message = {
      id: encodeCursor({ epoch, seq: entry.seq }),
      channel: entry.channel,
      event: entry.event,
      data: entry.data,
      time: entry.time,
      ...(entry.client === undefined ? {} : { client: entry.client }),
      ...(entry.user === undefined ? {} : { user: entry.user }),
    };
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
