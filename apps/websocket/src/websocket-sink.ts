import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Batch, Sink } from '@tetracast/hub';
import {
  CLOSE_CODES,
  type CloseName,
  encodeServerFrame,
  type ErrorCode,
  type Ref,
  type Reset,
  type ServerFrame,
  type TokenNotice,
} from '@tetracast/message-model';
import type { PongTimeouts } from './pong-timeouts';
import { encodeTextFrame, type SocketOwner, PING_FRAME, SocketWriter } from '@tetracast/node-io';
import { websocketFraming } from './websocket-framing';

/** The sending half of one WebSocket. It writes whole frames straight to the TCP socket below it. */
export class WebSocketSink implements Sink, SocketOwner {
  readonly framing = websocketFraming;
  private readonly writer: SocketWriter;
  /** The tick of the timeout for an answer; `undefined` while it waits for none. */
  pongDueAt: number | undefined;
  /** The bytes that the server had received, and that the client had taken, when that timeout began. */
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

  sendNotice(notice: TokenNotice): void {
    this.send(notice);
  }

  get bytesTaken(): number {
    return this.writer.bytesTaken;
  }

  get bytesPending(): number {
    return this.writer.bytesPending;
  }

  /** Sends a ping. The client must answer in time, with any frame. */
  sendHeartbeat(): void {
    if (!this.isOpen) return;
    // The socket counts bytes anyway. A listener for answers would cost an idle connection more than its pings.
    if (this.hasAnswered) this.stopWaiting();
    if (this.pongDueAt === undefined) this.awaitAnswer();
    this.writeNow(PING_FRAME);
  }

  /** The time for an answer is over: closes the connection if none came. */
  onPongTimeout(): void {
    // A client cannot answer yet if the server does not read from it, or if it still takes the bytes before the ping.
    const taking = this.bytesPending > 0 && this.bytesTaken > this.takenAtPing;
    if (this.hasAnswered) this.pongDueAt = undefined;
    else if (taking || this.websocket.isPaused) this.awaitAnswer();
    else this.websocket.terminate();
  }

  close(name: CloseName): void {
    const { code, reason } = CLOSE_CODES[name];
    this.writer.endTurn();
    this.websocket.close(code, reason);
    // To read the close frame of the client.
    if (this.websocket.isPaused) this.websocket.resume();
    // A client that takes nothing would never answer the close frame.
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
  private get isOpen(): boolean {
    return this.websocket.readyState === this.websocket.OPEN;
  }
}
