import type { Batch } from '@tetracast/hub';
import { CLOSE_CODES, type Reset } from '@tetracast/message-model';
import { plainFraming } from './websocket-framing';
import { WebSocketSink } from './websocket-sink';

/** Sends the data of messages and nothing else; whatever else the server has to say is a close code. */
export class PlainSink extends WebSocketSink {
  readonly framing = plainFraming;

  override write(batch: Batch): boolean {
    return batch.bytes.length > 0 ? super.write(batch) : !this.isFull;
  }

  sendReset({ reason }: Reset): void {
    this.close('reset', `${CLOSE_CODES.reset.reason} (${reason})`);
  }
}
