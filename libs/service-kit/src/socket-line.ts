import type { Socket } from 'node:net';

/**
 * A socket with back-pressure for a sink: at most the high-water mark and what one write brings is pending on it. Below
 * the socket's own mark Node tells nothing of what is pending, so that is the least mark there is.
 */
export class SocketLine {
  private readonly highWaterMark: number;
  private full = false;

  /** `onDrain` is called when the pending bytes of a full line have gone out, `onGone` once, when the socket has closed. */
  constructor(
    private readonly socket: Socket,
    highWaterMark: number,
    onDrain: () => void,
    onGone: () => void,
  ) {
    this.highWaterMark = Math.max(highWaterMark, socket.writableHighWaterMark);
    socket.setNoDelay(true);
    socket.on('drain', () => {
      if (!this.full) return;
      this.full = false;
      onDrain();
    });
    socket.once('close', onGone);
    // A socket's error is followed by its close, which is heard.
    socket.on('error', ignore);
  }

  /** `false`: the line is above the high-water mark, `onDrain` will be called. The bytes are taken either way. */
  write(bytes: Buffer | string): boolean {
    this.socket.write(bytes);
    // Once full it stays so until it has drained: whoever was told `false` waits for `onDrain`.
    this.full ||= this.socket.writableLength > this.highWaterMark;
    return !this.full;
  }

  /** Bytes not yet handed to the kernel. */
  get pending(): number {
    return this.socket.writableLength;
  }

  /** Bytes handed to the kernel so far. */
  get taken(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  /** Ends the line when what is pending has gone out; the other side need not end its half. */
  end(): void {
    this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

function ignore(): void {
  // Nothing to do: see above.
}
