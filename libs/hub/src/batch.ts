import type { FramedEntry } from './framed-entry';
import type { Framing } from './framing';

/** Messages in order for one connection, framed. Shared by every connection that goes from the same place. */
export class Batch {
  private concatenated: Buffer | undefined;
  private framed: readonly Buffer[] | undefined;
  private hidden: ReadonlySet<string> | null | undefined;

  constructor(
    readonly entries: readonly FramedEntry[],
    readonly framing: Framing,
  ) {}

  get count(): number {
    return this.entries.length;
  }

  /** An estimate of its bytes. */
  get size(): number {
    let size = 0;
    for (const entry of this.entries) size += entry.size;
    return size;
  }

  /** One buffer per message. */
  get frames(): readonly Buffer[] {
    return (this.framed ??= this.entries.map((entry) => entry.frame(this.framing)));
  }

  /** All frames in one buffer: one write for any number of messages. */
  get bytes(): Buffer {
    if (this.concatenated !== undefined) return this.concatenated;
    const frames = this.frames;
    return (this.concatenated = (frames.length === 1 ? frames[0] : undefined) ?? Buffer.concat(frames));
  }

  /** The cursor after this batch; empty when the batch is. */
  get cursor(): string {
    const last = this.entries.at(-1);
    return last === undefined ? '' : last.cursor;
  }

  /** Whether any message of this batch is kept from the connections of `client` (`echo: false`). */
  hides(client: string): boolean {
    if (this.hidden === undefined) {
      const keys = this.entries.flatMap(({ hiddenFrom }) => hiddenFrom ?? []);
      this.hidden = keys.length === 0 ? null : new Set(keys);
    }
    return this.hidden?.has(client) ?? false;
  }

  /** What of this batch `client` may see. */
  visibleTo(client: string): Batch {
    if (!this.hides(client)) return this;
    return new Batch(
      this.entries.filter(({ hiddenFrom }) => hiddenFrom !== client),
      this.framing,
    );
  }
}
