import { Progress } from '@tetracast/testing';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** A TCP connection on which nothing is parsed: bytes out, bytes in. */
export class RawConnection implements Disposable {
  private chunks: Buffer[] = [];
  private readonly progress = new Progress();
  private ended = false;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    // The close that follows reports it.
    socket.on('error', () => undefined);
    socket.once('connect', () => this.progress.moved());
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.progress.moved();
    });
    socket.once('close', () => {
      this.ended = true;
      this.progress.moved();
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

  /** Discards what has come until now. */
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

  /** Resolves to what was received once that is `enough`, or with the end of the connection; rejects when nothing more comes. */
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
    const tail = (): string => this.received.toString('latin1').slice(-300);
    return this.progress.until(
      () => this.ended || reached(),
      () => `waited in vain for ${wanted}, received …${tail()}`,
    );
  }
}
