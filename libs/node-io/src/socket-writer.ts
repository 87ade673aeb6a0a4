import type { Socket } from 'node:net';
import { CoalescingWriter } from './coalescing-writer';

/** Whoever a line is for. An object, not functions: each of those is 100 bytes more for as long as an idle line lives. */
export interface SocketOwner {
  /** What was pending on a full line has gone out. */
  onDrain(): void;
  /** The socket has closed; called once. */
  onClose(): void;
}

/**
 * A socket with back-pressure for a sink: at most the high-water mark and what one write brings is pending on it. Below
 * the socket's own mark Node tells nothing of what is pending, so that is the least mark there is.
 */
export class SocketWriter extends CoalescingWriter {
  private readonly highWaterMark: number;
  private full = false;
  private hearsDrain = false;

  constructor(
    socket: Socket,
    highWaterMark: number,
    private readonly owner: SocketOwner,
  ) {
    super(socket);
    this.highWaterMark = Math.max(highWaterMark, socket.writableHighWaterMark);
    socket.setNoDelay(true);
    // Not `once`, which keeps three objects more: a socket closes once.
    socket.on('close', () => {
      owner.onClose();
    });
    // A socket's error is followed by its close, which is heard. A third listener makes room for a dozen more.
    if (socket.listenerCount('error') === 0) socket.on('error', ignore);
  }

  /**
   * Writes now. `false`: the line is above the high-water mark, its owner will be told when it has `drained`. The bytes are taken
   * either way.
   */
  write(bytes: Buffer | string): boolean {
    this.send(bytes);
    return !this.full;
  }

  // Once full it stays so until it has drained: whoever was told `false` waits for that.
  protected wrote(): void {
    if (!this.full) {
      if (this.bytesPending > this.highWaterMark) this.fill();
      // It was full of what had been gathered, and the kernel has taken all of it at once.
    } else if (!this.waits) this.wentOut();
  }

  protected wentOut(): void {
    if (!this.full) return;
    this.full = false;
    this.owner.onDrain();
  }

  private fill(): void {
    this.full = true;
    if (this.hearsDrain) return;
    this.hearsDrain = true;
    this.socket.on('drain', () => {
      this.wentOut();
    });
  }

  /** Whether it is above the high-water mark, and has been since without a drain. */
  get isFull(): boolean {
    return this.full;
  }

  /** Bytes that came from the other side so far. */
  get bytesReceived(): number {
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

function ignore(): void {
  // Nothing to do: see above.
}
