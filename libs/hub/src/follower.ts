import type { Reset } from '@tetracast/message-model';
import type { Batch } from './batch';
import type { Framing } from './framing';
import type { Sink } from './sink';

const dataAlone: Framing = { name: 'data', encode: ({ data }) => Buffer.from(data) };

/** What one who follows a channel of the gateway's own is told. */
export interface Following {
  /** The data of one message, as JSON text. */
  hear(data: string): void;
  /** Messages may have been missed, for the reason in the reset. */
  lost?(reset: Reset): void;
}

/** The gateway's own end of a channel of its own: it takes all there is. */
export class Follower implements Sink {
  readonly framing = dataAlone;

  constructor(private readonly following: Following) {}

  write(batch: Batch): boolean {
    for (const frame of batch.frames) this.following.hear(frame.toString());
    return true;
  }

  reset(reset: Reset): void {
    this.following.lost?.(reset);
  }

  close(): void {
    // There is no line.
  }
}
