import type { Reset } from '@tetracast/message-model';
import type { Batch } from './channels/batch';
import type { Framing } from './delivery/framing';
import type { Sink } from './sink';

const dataAlone: Framing = { name: 'data', encode: ({ data }) => Buffer.from(data) };

/** What one who follows a channel of the gateway's own is told. */
export interface InternalListener {
  /** The data of one message, as JSON text. */
  onMessage(data: string): void;
  /** Messages may have been missed, for the reason in the reset. */
  onReset?(reset: Reset): void;
}

/** The gateway's own end of a channel of its own: it takes all there is. */
export class InternalSubscriber implements Sink {
  readonly framing = dataAlone;

  constructor(private readonly following: InternalListener) {}

  write(batch: Batch): boolean {
    for (const frame of batch.frames) this.following.onMessage(frame.toString());
    return true;
  }

  sendReset(reset: Reset): void {
    this.following.onReset?.(reset);
  }

  close(): void {
    // There is no line.
  }
}
