import type { Batch, Connection, Framing, Sink } from '@tetracast/hub';
import type { CloseName, Reset, TokenNotice } from '@tetracast/message-model';
import { type SocketOwner, SocketWriter } from '@tetracast/node-io';
import type { Socket } from 'node:net';
import { encodeNotice, encodePassed, encodeReset, type SseFormat } from './sse-framing';
import type { StreamBody } from './stream-body';

/** One event stream. Before {@link open} nothing has been answered, so that the request can still be refused. */
export class SseSink implements Sink, SocketOwner {
  private line: SocketWriter | undefined;
  private connection: Connection | undefined;

  readonly framing: Framing;

  constructor(
    private readonly body: StreamBody,
    format: SseFormat,
  ) {
    this.framing = body.framings[format];
  }

  get isOpen(): boolean {
    return this.line !== undefined;
  }

  /** Answers with `head` and the first blocks. From now on the connection is told what becomes of the socket. */
  open(socket: Socket, highWaterMark: number, connection: Connection, head: string, blocks: string): void {
    this.connection = connection;
    this.line = new SocketWriter(socket, highWaterMark, this);
    // What follows at once, as after a reconnect, leaves in the same write.
    this.line.writeAtEndOfTurn(Buffer.from(head));
    this.line.writeAtEndOfTurn(this.body.encode(blocks));
  }

  onDrain(): void {
    this.connection?.onDrain();
  }

  onClose(): void {
    this.connection?.close();
  }

  write(batch: Batch): boolean {
    return this.line?.write(batch.bytes) ?? false;
  }

  advanceCursor(cursor: string): boolean {
    return this.line?.write(this.body.encode(encodePassed(cursor))) ?? false;
  }

  sendReset(reset: Reset): void {
    this.line?.write(this.body.encode(encodeReset(reset)));
  }

  sendNotice(notice: TokenNotice): void {
    this.line?.write(this.body.encode(encodeNotice(notice)));
  }

  get bytesTaken(): number {
    return this.line?.bytesTaken ?? 0;
  }

  get bytesPending(): number {
    return this.line?.bytesPending ?? 0;
  }

  sendHeartbeat(): void {
    // With bytes pending the line is not silent.
    if (this.bytesPending === 0) this.line?.write(this.body.heartbeat);
  }

  /** An `EventSource` comes back after an end, and needs no reason. */
  close(reason: CloseName): void {
    // For a peer that takes nothing there would be no end to wait for.
    if (reason === 'stalled') {
      this.line?.destroy();
      return;
    }
    this.line?.write(this.body.end);
    this.line?.end();
  }
}
