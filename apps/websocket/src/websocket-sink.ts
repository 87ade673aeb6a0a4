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
import { encodeTextFrame, type LineOwner, PING_FRAME, SocketLine } from '@tetracast/service-kit';
import type { AnswerDeadlines } from './answer-deadlines';
import { rawSocketOf } from './raw-socket';
import { websocketFraming } from './websocket-framing';

/** The sending half of one WebSocket; all it sends goes one way, straight to the TCP socket. */
export class WebSocketSink implements Sink, LineOwner {
  readonly framing = websocketFraming;
  private readonly line: SocketLine;
  /** When the answer to a ping has to have come; `undefined` while none is waited for. */
  due: number | undefined;
  /** What had come, and had been taken, when the wait for it began. */
  private heardAtPing = 0;
  private takenAtPing = 0;
  /** Told what becomes of the line. */
  owner: LineOwner | undefined;

  constructor(
    private readonly websocket: WebSocket,
    highWaterMark: number,
    private readonly answers: AnswerDeadlines,
  ) {
    this.line = new SocketLine(rawSocketOf(websocket), highWaterMark, this);
  }

  drained(): void {
    this.owner?.drained();
  }

  gone(): void {
    this.stopWaiting();
    this.owner?.gone();
  }

  /** Whether more is pending than the high-water mark. */
  get isFull(): boolean {
    return this.line.isFull;
  }

  write(batch: Batch): boolean {
    this.put(batch.bytes);
    return !this.isFull;
  }

  send(frame: Exclude<ServerFrame, { type: 'message' }>): void {
    if (this.isOpen) this.line.gather(encodeTextFrame(encodeServerFrame(frame)));
  }

  /** Answers with an error; the line stays. */
  refuse({ code, message }: { code: ErrorCode; message: string }, ref?: Ref): void {
    this.send({ type: 'error', ...(ref === undefined ? {} : { ref }), code, message });
  }

  reset(reset: Reset): void {
    this.send({ type: 'reset', ...reset });
  }

  notify(notice: TokenNotice): void {
    this.send(notice);
  }

  get taken(): number {
    return this.line.taken;
  }

  get pending(): number {
    return this.line.pending;
  }

  /** Pings. The peer has to answer in time, by whatever frame. */
  beat(): void {
    if (!this.isOpen) return;
    // Bytes are counted by the socket anyway: listeners for what may be an answer would cost an idle line more than its ping.
    if (this.hasAnswered) this.stopWaiting();
    if (this.due === undefined) this.awaitAnswer();
    this.put(PING_FRAME);
  }

  /** The time for an answer is over: ends the line if there was none. */
  missed(): void {
    // Of a peer that is not being read, or that is still taking what came before the ping, no answer can be expected.
    const taking = this.pending > 0 && this.taken > this.takenAtPing;
    if (this.hasAnswered) this.due = undefined;
    else if (taking || this.websocket.isPaused) this.awaitAnswer();
    else this.websocket.terminate();
  }

  close(name: CloseName): void {
    const { code, reason } = CLOSE_CODES[name];
    this.line.endTurn();
    this.websocket.close(code, reason);
    // Its answer is to be read.
    if (this.websocket.isPaused) this.websocket.resume();
    // For a peer that takes nothing there would be no end to wait for.
    if (name === 'stalled') this.websocket.terminate();
  }

  private awaitAnswer(): void {
    this.heardAtPing = this.line.heard;
    this.takenAtPing = this.taken;
    this.due = this.answers.start(this);
  }

  private get hasAnswered(): boolean {
    return this.line.heard !== this.heardAtPing;
  }

  private stopWaiting(): void {
    if (this.due === undefined) return;
    this.answers.stop(this, this.due);
    this.due = undefined;
  }

  private put(frames: Buffer): void {
    if (this.isOpen) this.line.write(frames);
  }

  /** RFC 6455, section 5.5.1: nothing follows a close frame. */
  private get isOpen(): boolean {
    return this.websocket.readyState === this.websocket.OPEN;
  }
}
