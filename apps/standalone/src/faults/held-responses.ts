import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import type { ConnectionRecord } from './connection-record';

/** Bytes that a buffering proxy collects before it passes them on. */
const BUFFER_BYTES = 16_384;

/**
 * Passes a body on at once; while the proxy holds it, in blocks of {@link BUFFER_BYTES}, and the rest at its end: what a proxy that
 * buffers responses does.
 */
class ResponseBody extends Transform {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private isHolding = false;

  constructor(private readonly record: ConnectionRecord | undefined) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (!this.isHolding || this.heldBytes >= BUFFER_BYTES) this.pass();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.pass();
    done();
  }

  hold(): void {
    this.isHolding = true;
    this.record?.event('response-held');
  }

  release(): void {
    this.pass();
    this.isHolding = false;
  }

  private pass(): void {
    if (this.isHolding) this.record?.event('response-passed-on');
    if (this.heldBytes > 0) this.push(Buffer.concat(this.held));
    this.held = [];
    this.heldBytes = 0;
  }
}

/** The responses that a proxy passes on at once, or holds back while it buffers. */
export class HeldResponses {
  private readonly open = new Set<ResponseBody>();
  private isBuffering = false;

  /** Passes the body of an answer on; its head goes with the first bytes of the body while the proxy buffers. */
  pass(record: ConnectionRecord | undefined, answer: IncomingMessage, response: ServerResponse): void {
    const body = new ResponseBody(record);
    this.open.add(body);
    if (this.isBuffering) body.hold();
    else response.flushHeaders();
    response.once('close', () => {
      this.open.delete(body);
      body.destroy();
    });
    answer.pipe(body).pipe(response);
  }

  /** A proxy that begins to buffer also holds the responses that are open; one that ends it passes on what it holds. */
  setBuffering(isOn: boolean): void {
    if (isOn === this.isBuffering) return;
    this.isBuffering = isOn;
    for (const body of this.open) {
      if (isOn) body.hold();
      else body.release();
    }
  }
}
