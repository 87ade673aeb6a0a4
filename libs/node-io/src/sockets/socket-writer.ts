import type { Socket } from 'node:net';
import { CoalescingWriter } from './coalescing-writer';

/** The owner of a socket writer. An object, not functions: each function costs 100 bytes more per idle connection. */
export interface SocketOwner {
  /** The writer was full, and what was pending has gone out. */
  onDrain(): void;
  /** The socket has closed; called once. */
  onClose(): void;
}

/**
 * A socket with back-pressure for a sink: at most the high-water mark and the bytes of one write are pending. Node reports
 * nothing below the socket's own high-water mark, so that is the lowest possible mark.
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

  /** Writes now. `false`: the writer is above the high-water mark and will call `onDrain`. It takes the bytes either way. */
  write(bytes: Buffer | string): boolean {
    this.send(bytes);
    return !this.full;
  }

  // Once full it stays full until it has drained: a caller that got `false` waits for that.
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

  /** Bytes received from the client so far. */
  get bytesReceived(): number {
    return this.socket.bytesRead;
  }

  /** Closes the connection when what is pending has gone out; the client need not end its half. */
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
