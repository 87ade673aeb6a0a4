import type { Batch, Framing, Sink } from '@tetracast/hub';
import type { Reset } from '@tetracast/message-model';
import type { SocketLine } from '@tetracast/service-kit';
import { encodeReset, HEARTBEAT } from './sse-framing';

/** Heartbeats in a row for which a peer may take nothing of what is pending. */
const STALLED_BEATS_MAX = 4;

/** One event stream. Before {@link open} nothing has been answered, so that the request can still be refused. */
export class SseSink implements Sink {
  private line: SocketLine | undefined;
  private stalledBeats = 0;

  constructor(readonly framing: Framing) {}

  get isOpen(): boolean {
    return this.line !== undefined;
  }

  open(line: SocketLine, head: string): void {
    this.line = line;
    line.write(head);
  }

  write(batch: Batch): boolean {
    return this.line?.write(batch.bytes) ?? false;
  }

  reset(reset: Reset): void {
    this.line?.write(encodeReset(reset));
  }

  /** Cuts a peer that takes nothing any more: it comes back, and what is kept for it is in the log. */
  beat(): void {
    const { line } = this;
    if (line === undefined) return;
    this.stalledBeats = line.hasStalled() ? this.stalledBeats + 1 : 0;
    if (this.stalledBeats >= STALLED_BEATS_MAX) line.destroy();
    // With bytes pending the line is not silent.
    else if (line.pending === 0) line.write(HEARTBEAT);
  }

  /** An `EventSource` comes back after an end, and needs no reason. */
  close(): void {
    this.line?.end();
  }
}
