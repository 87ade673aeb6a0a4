import type { EncodedMessage, Reset } from '@tetracast/message-model';
import type { Batch } from './channels/batch';
import type { Framing } from './delivery/framing';
import type { Sink } from './sink';

/** Nothing is written: the listener gets the messages themselves. */
const noFrames: Framing = { name: 'none', encode: () => Buffer.alloc(0) };

/** Receives the messages of a channel for the gateway itself. */
export interface InternalListener {
  /** `data` is that of the message, as JSON text. */
  onMessage(data: string, message: EncodedMessage): void;
  /** Messages may be missing, for the reason in the reset. */
  onReset?(reset: Reset): void;
}

/** The sink of the gateway's own subscription to a channel; it is never full. */
export class InternalSubscriber implements Sink {
  readonly framing = noFrames;

  constructor(private readonly listener: InternalListener) {}

  write(batch: Batch): boolean {
    for (const { message } of batch.entries) this.listener.onMessage(message.data, message);
    return true;
  }

  sendReset(reset: Reset): void {
    this.listener.onReset?.(reset);
  }

  close(): void {
    // There is no transport to close.
  }
}
