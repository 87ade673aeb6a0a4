import type { Batch, Connection, Framing, Sink } from '@tetracast/hub';
import type { CloseName, Reset, Notice } from '@tetracast/message-model';
import { type SocketOwner, SocketWriter } from '@tetracast/node-io';
import type { Socket } from 'node:net';
import { encodeNotice, encodeCursor, encodeReset } from './sse-framing';
import type { StreamBody } from './stream-body';

/** One event stream. It writes nothing before {@link open}, so that the server can still refuse the request. */
export class SseSink implements Sink, SocketOwner {
  private writer: SocketWriter | undefined;
  private connection: Connection | undefined;

  constructor(
    private readonly body: StreamBody,
    readonly framing: Framing,
  ) {}

  get isOpen(): boolean {
    return this.writer !== undefined;
  }

  /** Sends `head` and the first blocks. From then on the connection is notified when the socket drains or closes. */
  open(socket: Socket, highWaterMark: number, connection: Connection, head: string, blocks: string): void {
    this.connection = connection;
    this.writer = new SocketWriter(socket, highWaterMark, this);
    // Messages of the same turn, as after a reconnect, are sent in the same write.
    this.writer.writeAtEndOfTurn(Buffer.from(head));
    // An empty chunk would end the body.
    if (blocks !== '') this.writer.writeAtEndOfTurn(this.body.encode(blocks));
  }

  onDrain(): void {
    this.connection?.onDrain();
  }

  onClose(): void {
    this.connection?.close();
  }

  write(batch: Batch): boolean {
    return this.writeBytes(batch.bytes);
  }

  advanceCursor(cursor: string): boolean {
    return this.writeBytes(this.body.encode(encodeCursor(cursor)));
  }

  sendReset(reset: Reset): void {
    this.writer?.write(this.body.encode(encodeReset(reset)));
  }

  sendNotice(notice: Notice): void {
    this.writer?.write(this.body.encode(encodeNotice(notice)));
  }

  get bytesTaken(): number {
    return this.writer?.bytesTaken ?? 0;
  }

  get bytesPending(): number {
    return this.writer?.bytesPending ?? 0;
  }

  sendHeartbeat(): void {
    // A connection with pending bytes is not silent.
    if (this.bytesPending === 0) this.writer?.write(this.body.heartbeat);
  }

  /** An `EventSource` reconnects after the end of a stream. It gets no reason. */
  close(reason: CloseName): void {
    // The end would never reach a client that reads nothing.
    if (reason === 'stalled') this.writer?.destroy();
    else this.end();
  }

  /** Ends the body. */
  protected end(): void {
    this.writer?.write(this.body.end);
    this.writer?.end();
  }

  /** Ends the connection without the end of the body, once what is pending has gone out. */
  protected cut(): void {
    this.writer?.end();
  }

  protected writeBytes(bytes: Buffer): boolean {
    return this.writer?.write(bytes) ?? false;
  }
}
