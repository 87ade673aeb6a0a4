import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Far longer than anything takes here: reaching it means that something hangs. */
export const HANG_MS = 8000;

/** A TCP connection on which nothing is parsed: bytes out, bytes in. */
export class RawConnection implements Disposable {
  private chunks: Buffer[] = [];
  private changed: () => void = ignore;
  private ended = false;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    // Told by the close that follows.
    socket.on('error', ignore);
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.changed();
    });
    socket.once('close', () => {
      this.ended = true;
      this.changed();
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const connection = new RawConnection(connect({ host: '127.0.0.1', port }));
    await connection.when(() => !connection.socket.connecting, 'connect');
    return connection;
  }

  get isClosed(): boolean {
    return this.ended;
  }

  /** All that has come. */
  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** What has come so far is of no interest any more. */
  forget(): void {
    this.chunks = [];
  }

  /** Each piece in a turn of the event loop of its own, so that it arrives by itself. */
  async send(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await turn();
      if (this.ended) return;
      this.socket.write(piece);
    }
  }

  /** Resolves to what was received once that is `enough`, or with the end of the connection; rejects when neither comes. */
  async until(enough: (received: Buffer) => boolean, wanted = 'the answer'): Promise<Buffer> {
    await this.when(() => enough(this.received), wanted);
    return this.received;
  }

  /** Sends an end, and resolves to all that was received when the other side has closed as well. */
  async finish(): Promise<Buffer> {
    this.socket.end();
    await this.when(() => false, 'the close');
    return this.received;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  private when(reached: () => boolean, wanted: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.changed = ignore;
        this.socket.off('connect', check);
        finish();
      };
      const check = (): void => {
        if (this.ended || reached()) settle(resolve);
      };
      const timer = setTimeout(() => {
        const tail = this.received.toString('latin1').slice(-300);
        settle(() => reject(new Error(`waited ${HANG_MS} ms in vain for ${wanted}, received …${tail}`)));
      }, HANG_MS);
      this.changed = check;
      this.socket.on('connect', check);
      check();
    });
  }
}

function ignore(): void {
  // Nobody waits.
}
