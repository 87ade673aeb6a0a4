import type { Batch, Connection, Framing, Sink } from '@tetracast/hub';
import type { CloseName, Reset, TokenNotice } from '@tetracast/message-model';
import { type SocketOwner, SocketWriter } from '@tetracast/node-io';
import type { Format } from '@tetracast/session';
import type { Socket } from 'node:net';
import { encodeNotice, encodePassed, encodeReset } from './sse-framing';
import type { StreamBody } from './stream-body';

/** One event stream. Before {@link open} nothing is written, so that the request can still be refused. */
export class SseSink implements Sink, SocketOwner {
  private writer: SocketWriter | undefined;
  private connection: Connection | undefined;

  readonly framing: Framing;

  constructor(
    private readonly body: StreamBody,
    format: Format,
  ) {
    this.framing = body.framings[format];
  }

  get isOpen(): boolean {
    return this.writer !== undefined;
  }

  /** Answers with `head` and the first blocks. From now on the connection is notified when the socket drains or closes. */
  open(socket: Socket, highWaterMark: number, connection: Connection, head: string, blocks: string): void {
    this.connection = connection;
    this.writer = new SocketWriter(socket, highWaterMark, this);
    // Messages that follow at once, as after a reconnect, leave in the same write.
    this.writer.writeAtEndOfTurn(Buffer.from(head));
    this.writer.writeAtEndOfTurn(this.body.encode(blocks));
  }

  onDrain(): void {
    this.connection?.onDrain();
  }

  onClose(): void {
    this.connection?.close();
  }

  write(batch: Batch): boolean {
    return this.writer?.write(batch.bytes) ?? false;
  }

  advanceCursor(cursor: string): boolean {
    return this.writer?.write(this.body.encode(encodePassed(cursor))) ?? false;
  }

  sendReset(reset: Reset): void {
    this.writer?.write(this.body.encode(encodeReset(reset)));
  }

  sendNotice(notice: TokenNotice): void {
    this.writer?.write(this.body.encode(encodeNotice(notice)));
  }

  get bytesTaken(): number {
    return this.writer?.bytesTaken ?? 0;
  }

  get bytesPending(): number {
    return this.writer?.bytesPending ?? 0;
  }

  sendHeartbeat(): void {
    // While bytes are pending, the connection is not silent.
    if (this.bytesPending === 0) this.writer?.write(this.body.heartbeat);
  }

  /** An `EventSource` reconnects after an end, and needs no reason. */
  close(reason: CloseName): void {
    // A client that reads nothing would never let the end be written.
    if (reason === 'stalled') {
      this.writer?.destroy();
      return;
    }
    this.writer?.write(this.body.end);
    this.writer?.end();
  }
}
