import type { Batch } from './batch';
import type { Framing } from './framing';
import type { Sink } from './sink';

const dataAlone: Framing = { name: 'data', encode: ({ data }) => Buffer.from(data) };

/** The gateway's own end of a channel of its own: hears the JSON text of each message's data, and takes all there is. */
export class Follower implements Sink {
  readonly framing = dataAlone;

  constructor(private readonly hear: (data: string) => void) {}

  write(batch: Batch): boolean {
    for (const frame of batch.frames) this.hear(frame.toString());
    return true;
  }

  reset(): void {
    // What is gone was heard, or was stored for no longer than it is good for.
  }

  close(): void {
    // There is no line.
  }
}
