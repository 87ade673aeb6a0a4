import type { Reset } from '@tetracast/message-model';
import type { Batch } from './channels/batch';
import type { Framing } from './delivery/framing';
import type { Sink } from './sink';

const dataAlone: Framing = { name: 'data', encode: ({ data }) => Buffer.from(data) };

/** Receives the messages of an internal channel. */
export interface InternalListener {
  /** The data of one message, as JSON text. */
  onMessage(data: string): void;
  /** Messages may be missing, for the reason in the reset. */
  onReset?(reset: Reset): void;
}

/** The sink of the gateway's own subscription to an internal channel; it is never full. */
export class InternalSubscriber implements Sink {
  readonly framing = dataAlone;

  constructor(private readonly listener: InternalListener) {}

  write(batch: Batch): boolean {
    for (const frame of batch.frames) this.listener.onMessage(frame.toString());
    return true;
  }

  sendReset(reset: Reset): void {
    this.listener.onReset?.(reset);
  }

  close(): void {
    // There is no transport to close.
  }
}
