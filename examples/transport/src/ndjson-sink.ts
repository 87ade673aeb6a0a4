import type { Batch, Connection, Sink } from '@tetracast/hub';
import type { CloseName, Notice, Reset } from '@tetracast/message-model';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { HEARTBEAT, ndjsonFraming } from './ndjson-framing';

/** One response. Before {@link open} nothing has been answered, so that the request can still be refused. */
export class NdjsonSink implements Sink {
  readonly framing = ndjsonFraming;
  isOpen = false;

  constructor(private readonly response: ServerResponse) {}

  /** Answers with the head. From now on the connection learns when the response has drained or closed. */
  open(headers: OutgoingHttpHeaders, connection: Connection): void {
    this.isOpen = true;
    this.response.on('drain', () => connection.onDrain());
    this.response.on('close', () => connection.close());
    this.response.writeHead(200, headers);
  }

  write(batch: Batch): boolean {
    return this.put(batch.bytes);
  }

  /** Writes an object as one line. `false` as of {@link write}. */
  send(line: object): boolean {
    return this.put(`${JSON.stringify(line)}\n`);
  }

  advanceCursor(cursor: string): boolean {
    return this.send({ type: 'cursor', cursor });
  }

  sendReset(reset: Reset): void {
    this.send({ type: 'reset', ...reset });
  }

  sendNotice(notice: Notice): void {
    this.send(notice);
  }

  get bytesPending(): number {
    return this.response.writableLength;
  }

  get bytesTaken(): number {
    return (this.response.socket?.bytesWritten ?? 0) - this.bytesPending;
  }

  sendHeartbeat(): void {
    if (this.bytesPending === 0) this.put(HEARTBEAT);
  }

  /** The client reconnects after an end, and needs no reason. It does not read what would be written when it is stalled. */
  close(reason: CloseName): void {
    if (reason === 'stalled') this.response.destroy();
    else if (this.isOpen) this.response.end();
  }

  /** A heartbeat may come before the head. */
  private put(bytes: Buffer | string): boolean {
    return this.isOpen && this.response.write(bytes);
  }
}
