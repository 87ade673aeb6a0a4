import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import type { ConnectionRecord } from './connection-record';

/** Bytes that a buffering proxy collects before it passes them on. */
const BUFFER_BYTES = 16_384;

/** Passes a body on in blocks of {@link BUFFER_BYTES}, and the rest at its end: what a proxy that buffers responses does. */
class HeldResponse extends Transform {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private isOver = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.isOver || this.heldBytes >= BUFFER_BYTES) this.pass();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.pass();
    done();
  }

  /** The proxy buffers no longer. */
  release(): void {
    this.isOver = true;
    this.pass();
  }

  private pass(): void {
    if (this.heldBytes > 0) this.push(Buffer.concat(this.held));
    this.held = [];
    this.heldBytes = 0;
  }
}

/** The responses a buffering proxy holds back. */
export class HeldResponses {
  private readonly held = new Set<HeldResponse>();

  hold(record: ConnectionRecord | undefined, answer: IncomingMessage, response: ServerResponse): void {
    const held = new HeldResponse();
    this.held.add(held);
    record?.event('response-held');
    held.once('data', () => record?.event('response-passed-on'));
    response.once('close', () => {
      this.held.delete(held);
      held.destroy();
    });
    answer.pipe(held).pipe(response);
  }

  /** The proxy buffers no longer. */
  release(): void {
    for (const response of this.held) response.release();
  }
}
