import type { Socket } from 'node:net';
import { atEndOfTurn } from './turn';
import { waitingPast, writePast } from './write-past';

/** Whoever a line is for. An object, not functions: each of those is 100 bytes more for as long as an idle line lives. */
export interface LineOwner {
  /** What was pending on a full line has gone out. */
  drained(): void;
  /** The socket has closed; called once. */
  gone(): void;
}

/**
 * A socket with back-pressure for a sink: at most the high-water mark and what one write brings is pending on it. Below
 * the socket's own mark Node tells nothing of what is pending, so that is the least mark there is.
 */
export class SocketLine {
  private readonly highWaterMark: number;
  private full = false;
  private hearsDrain = false;
  /** Bytes written past the stream that the kernel has not taken. */
  private past = 0;
  /** What leaves at the end of the turn, with all that comes until then. */
  private gathered: Buffer[] | undefined;

  constructor(
    private readonly socket: Socket,
    highWaterMark: number,
    private readonly owner: LineOwner,
  ) {
    this.highWaterMark = Math.max(highWaterMark, socket.writableHighWaterMark);
    socket.setNoDelay(true);
    // Not `once`, which keeps three objects more: a socket closes once.
    socket.on('close', () => {
      owner.gone();
    });
    // A socket's error is followed by its close, which is heard. A third listener makes room for a dozen more.
    if (socket.listenerCount('error') === 0) socket.on('error', ignore);
  }

  /** Small pieces of one turn of the event loop leave in one write: a write costs more than all else about an answer. */
  gather(bytes: Buffer): void {
    if (this.gathered === undefined) {
      this.gathered = [bytes];
      atEndOfTurn(this);
    } else this.gathered.push(bytes);
  }

  endTurn(): void {
    const { gathered } = this;
    if (gathered === undefined) return;
    this.gathered = undefined;
    this.put(gathered.length === 1 ? (gathered[0] as Buffer) : Buffer.concat(gathered));
  }

  /**
   * Writes now, in one write with what was gathered before. `false`: the line is above the high-water mark, its owner will be told when
   * it has `drained`. The bytes are taken either way.
   */
  write(bytes: Buffer | string): boolean {
    const { gathered } = this;
    this.gathered = undefined;
    return this.put(gathered === undefined ? bytes : [...gathered, toBuffer(bytes)]);
  }

  private put(bytes: Buffer | string | readonly Buffer[]): boolean {
    if (typeof bytes === 'string') this.socket.write(bytes);
    else if (!this.putPast(bytes)) for (const piece of piecesOf(bytes)) this.socket.write(piece);
    // Once full it stays so until it has drained: whoever was told `false` waits for that.
    if (!this.full && this.pending > this.highWaterMark) this.fill();
    return !this.full;
  }

  private putPast(bytes: Buffer | readonly Buffer[]): boolean {
    if (this.past > 0) return false;
    const written = writePast(this.socket, bytes, this);
    if (written === 'waits') for (const { length } of piecesOf(bytes)) this.past += length;
    return written !== 'stream';
  }

  /** What waited past the stream has gone out. */
  written(): void {
    this.past = 0;
    // What came behind it in the stream may be too little for a `drain`.
    if (!this.socket.writableNeedDrain) this.drained();
  }

  private fill(): void {
    this.full = true;
    if (this.hearsDrain) return;
    this.hearsDrain = true;
    this.socket.on('drain', () => {
      this.drained();
    });
  }

  private drained(): void {
    if (!this.full) return;
    this.full = false;
    this.owner.drained();
  }

  /** Whether it is above the high-water mark, and has been since without a drain. */
  get isFull(): boolean {
    return this.full;
  }

  /** Bytes not yet handed to the kernel. */
  get pending(): number {
    const past = this.past === 0 ? 0 : waitingPast(this.socket, this.past);
    return past + this.socket.writableLength;
  }

  /** Bytes handed to the kernel so far. */
  get taken(): number {
    return this.socket.bytesWritten - this.pending;
  }

  /** Bytes that came from the other side so far. */
  get heard(): number {
    return this.socket.bytesRead;
  }

  /** Ends the line when what is pending has gone out; the other side need not end its half. */
  end(): void {
    this.endTurn();
    this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

function piecesOf(bytes: Buffer | readonly Buffer[]): readonly Buffer[] {
  return Buffer.isBuffer(bytes) ? [bytes] : bytes;
}

function toBuffer(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}

function ignore(): void {
  // Nothing to do: see above.
}
