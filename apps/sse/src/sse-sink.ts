import type { Batch, Connection, Framing, Sink } from '@tetracast/hub';
import type { CloseName, Reset, TokenNotice } from '@tetracast/message-model';
import { type LineOwner, SocketLine } from '@tetracast/service-kit';
import type { Socket } from 'node:net';
import { encodeNotice, encodePassed, encodeReset, type SseFormat } from './sse-framing';
import type { StreamBody } from './stream-body';

/** One event stream. Before {@link open} nothing has been answered, so that the request can still be refused. */
export class SseSink implements Sink, LineOwner {
  private line: SocketLine | undefined;
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
    this.line = new SocketLine(socket, highWaterMark, this);
    // What follows at once, as after a reconnect, leaves in the same write.
    this.line.gather(Buffer.from(head));
    this.line.gather(this.body.encode(blocks));
  }

  drained(): void {
    this.connection?.drained();
  }

  gone(): void {
    this.connection?.close();
  }

  write(batch: Batch): boolean {
    return this.line?.write(batch.bytes) ?? false;
  }

  passed(cursor: string): boolean {
    return this.line?.write(this.body.encode(encodePassed(cursor))) ?? false;
  }

  reset(reset: Reset): void {
    this.line?.write(this.body.encode(encodeReset(reset)));
  }

  notify(notice: TokenNotice): void {
    this.line?.write(this.body.encode(encodeNotice(notice)));
  }

  get taken(): number {
    return this.line?.taken ?? 0;
  }

  get pending(): number {
    return this.line?.pending ?? 0;
  }

  beat(): void {
    // With bytes pending the line is not silent.
    if (this.pending === 0) this.line?.write(this.body.heartbeat);
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
