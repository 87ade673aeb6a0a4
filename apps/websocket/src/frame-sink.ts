import { encodeServerFrame, type ErrorCode, type Ref, type Reset } from '@tetracast/message-model';
import type { ServerFrame, Notice } from '@tetracast/message-model';
import { encodeTextFrame } from '@tetracast/node-io';
import { websocketFraming } from './websocket-framing';
import { WebSocketSink } from './websocket-sink';

/** Sends JSON frames: messages, answers, resets and notices. */
export class FrameSink extends WebSocketSink {
  readonly framing = websocketFraming;

  send(frame: Exclude<ServerFrame, { type: 'message' }>): void {
    if (this.isOpen) this.writer.writeAtEndOfTurn(encodeTextFrame(encodeServerFrame(frame)));
  }

  /** Sends an error. The connection stays open. */
  refuse({ code, message }: { code: ErrorCode; message: string }, ref?: Ref): void {
    this.send({ type: 'error', ...(ref === undefined ? {} : { ref }), code, message });
  }

  sendReset(reset: Reset): void {
    this.send({ type: 'reset', ...reset });
  }

  sendNotice(notice: Notice): void {
    this.send(notice);
  }
}
