import type { Runtime } from '@tetracast/node-io/runtime';

/** Bytes of one unit of UTF-16 in JSON, at most: an escape. */
const ESCAPE_BYTES = 6;
const QUOTES_BYTES = 2;

interface Piece {
  readonly text: string;
  /** As JSON text, without the quotes. */
  readonly bytes: number;
}

/**
 * Joins small texts to few messages: the first is stored at once, then at most one message per `everyMs`, one after the other. No
 * message divides a text that fits into one.
 */
export class RollUp {
  private readonly pending: Piece[] = [];
  private running: Promise<void> | undefined;
  private nextAt = -Infinity;
  private hurries = false;
  private wake: (() => void) | undefined;
  private readonly room: number;

  /** `store` gets a text that has at most `maxBytes` as JSON. After it has failed, nothing more is stored. */
  constructor(
    private readonly store: (text: string) => Promise<void>,
    maxBytes: number,
    private readonly everyMs: number,
    private readonly runtime: Runtime,
  ) {
    this.room = Math.max(ESCAPE_BYTES * 2, maxBytes - QUOTES_BYTES);
  }

  add(texts: readonly string[]): void {
    for (const text of texts) this.pending.push(...this.cut(text));
    if (this.pending.length === 0 || this.running !== undefined) return;
    this.running = this.storeAll();
    // The caller finds out by `flush`.
    this.running.catch(() => undefined);
  }

  /** Stores all that is left, without further waits. @throws what `store` throws */
  async flush(): Promise<void> {
    this.hurries = true;
    this.wake?.();
    await this.running;
  }

  /** Rejects when `store` fails, and stays so: the roll-up never runs again. */
  private async storeAll(): Promise<void> {
    while (this.pending.length > 0) {
      await this.untilNext();
      this.nextAt = this.runtime.monotonicMs() + this.everyMs;
      await this.store(this.take());
    }
    this.running = undefined;
  }

  private async untilNext(): Promise<void> {
    const waitMs = this.nextAt - this.runtime.monotonicMs();
    if (waitMs <= 0 || this.hurries) return;
    await new Promise<void>((resolve) => {
      const timer = this.runtime.setTimeout(resolve, waitMs);
      this.wake = () => {
        this.runtime.clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }

  /** As many texts as fit into one message. */
  private take(): string {
    let bytes = 0;
    let count = 0;
    for (const piece of this.pending) {
      if (count > 0 && bytes + piece.bytes > this.room) break;
      bytes += piece.bytes;
      count++;
    }
    return this.pending
      .splice(0, count)
      .map(({ text }) => text)
      .join('');
  }

  /** One piece, or several of whole characters if the text does not fit into a message. */
  private cut(text: string): Piece[] {
    const bytes = Buffer.byteLength(JSON.stringify(text)) - QUOTES_BYTES;
    if (bytes <= this.room) return [{ text, bytes }];
    const pieces: Piece[] = [];
    for (let from = 0; from < text.length;) {
      let to = Math.min(text.length, from + Math.floor(this.room / ESCAPE_BYTES));
      const isHalf = to < text.length && /[\ud800-\udbff]/.test(text.charAt(to - 1));
      if (isHalf) to--;
      const piece = text.slice(from, to);
      pieces.push({ text: piece, bytes: Buffer.byteLength(JSON.stringify(piece)) - QUOTES_BYTES });
      from = to;
    }
    return pieces;
  }
}
