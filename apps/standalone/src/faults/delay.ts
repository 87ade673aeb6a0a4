import { Transform, type TransformCallback } from 'node:stream';

/** Of a slow network, in each direction: milliseconds, and bytes per second. */
const LATENCY_MS = 400;
const BYTES_PER_SECOND = 20_000;

/** Passes bytes on in their order, each as late as a slow network would while `isSlow()`, else at once. */
export class Delay extends Transform {
  private readonly queue: Buffer[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private freeAtMs = 0;
  private flushed: (() => void) | undefined;

  constructor(private readonly isSlow: () => boolean) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const slow = this.isSlow();
    if (!slow && this.queue.length === 0) {
      done(null, chunk);
      return;
    }
    const nowMs = performance.now();
    this.freeAtMs = Math.max(nowMs, this.freeAtMs) + (slow ? (chunk.length / BYTES_PER_SECOND) * 1000 : 0);
    this.queue.push(chunk);
    const sentInMs = this.freeAtMs - nowMs;
    // The line takes the next chunk when it has taken this one, and this one arrives after the latency.
    this.after(sentInMs, () => done());
    this.after(sentInMs + (slow ? LATENCY_MS : 0), () => {
      this.push(this.queue.shift());
      if (this.queue.length === 0) this.flushed?.();
    });
  }

  override _flush(done: TransformCallback): void {
    if (this.queue.length === 0) done();
    else this.flushed = done;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    for (const timer of this.timers) clearTimeout(timer);
    done(error);
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }
}
