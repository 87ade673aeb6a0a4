import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Batch, Framing, Sink } from '@tetracast/hub';
import { CLOSE_CODES, type CloseName, type Reset } from '@tetracast/message-model';
import type { PongTimeouts } from './pong-timeouts';
import { closeReason, type SocketOwner, PING_FRAME, SocketWriter } from '@tetracast/node-io';

/** The sending half of one WebSocket. It writes whole frames straight to the TCP socket below it. */
export abstract class WebSocketSink implements Sink, SocketOwner {
  abstract readonly framing: Framing;
  protected readonly writer: SocketWriter;
  /** When the answer to a ping is due; `undefined` while none is. */
  pongDueAt: number | undefined;
  /** Bytes received, and taken by the client, when the wait for it began. */
  private receivedAtPing = 0;
  private takenAtPing = 0;
  /** Notified when the socket has drained or closed. */
  owner: SocketOwner | undefined;

  constructor(
    private readonly websocket: WebSocket,
    socket: Socket,
    highWaterMark: number,
    private readonly pongTimeouts: PongTimeouts,
  ) {
    this.writer = new SocketWriter(socket, highWaterMark, this);
  }

  onDrain(): void {
    this.owner?.onDrain();
  }

  onClose(): void {
    this.stopWaiting();
    this.owner?.onClose();
  }

  /** Whether more is pending than the high-water mark. */
  get isFull(): boolean {
    return this.writer.isFull;
  }

  write(batch: Batch): boolean {
    this.writeNow(batch.bytes);
    return !this.isFull;
  }

  abstract sendReset(reset: Reset): void;

  get bytesTaken(): number {
    return this.writer.bytesTaken;
  }

  get bytesPending(): number {
    return this.writer.bytesPending;
  }

  /** Sends a ping. The client has to answer in time, with any frame. */
  sendHeartbeat(): void {
    if (!this.isOpen) return;
    // Bytes are counted by the socket anyway: listeners for what may be an answer would cost an idle connection more than its ping.
    if (this.hasAnswered) this.stopWaiting();
    if (this.pongDueAt === undefined) this.awaitAnswer();
    this.writeNow(PING_FRAME);
  }

  /** The time for an answer is over: closes the connection if there was none. */
  onPongTimeout(): void {
    // A client that is not being read, or still takes what came before the ping, cannot answer yet.
    const taking = this.bytesPending > 0 && this.bytesTaken > this.takenAtPing;
    if (this.hasAnswered) this.pongDueAt = undefined;
    else if (taking || this.websocket.isPaused) this.awaitAnswer();
    else this.websocket.terminate();
  }

  /** `reason`: as much of it as a close frame takes. Default: that of the table. */
  close(name: CloseName, reason: string = CLOSE_CODES[name].reason): void {
    this.writer.endTurn();
    this.websocket.close(CLOSE_CODES[name].code, closeReason(reason));
    // Its answer is to be read.
    if (this.websocket.isPaused) this.websocket.resume();
    // For a peer that takes nothing there would be no end to wait for.
    if (name === 'stalled') this.websocket.terminate();
  }

  private awaitAnswer(): void {
    this.receivedAtPing = this.writer.bytesReceived;
    this.takenAtPing = this.bytesTaken;
    this.pongDueAt = this.pongTimeouts.start(this);
  }

  private get hasAnswered(): boolean {
    return this.writer.bytesReceived !== this.receivedAtPing;
  }

  private stopWaiting(): void {
    if (this.pongDueAt === undefined) return;
    this.pongTimeouts.stop(this, this.pongDueAt);
    this.pongDueAt = undefined;
  }

  private writeNow(frames: Buffer): void {
    if (this.isOpen) this.writer.write(frames);
  }

  /** RFC 6455, section 5.5.1: nothing follows a close frame. */
  protected get isOpen(): boolean {
    return this.websocket.readyState === this.websocket.OPEN;
  }
}
