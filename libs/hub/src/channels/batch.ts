import type { FramedEntry } from '../delivery/framed-entry';
import type { Framing } from '../delivery/framing';

/** Messages in order for one connection, framed. Connections at the same position share it. */
export class Batch {
  private concatenated: Buffer | undefined;
  private framed: readonly Buffer[] | undefined;
  private hidden: Set<string> | null | undefined;

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
    const [first] = this.entries;
    const isOne = first !== undefined && this.entries.length === 1;
    return (this.concatenated = isOne ? first.frame(this.framing) : Buffer.concat(this.frames));
  }

  /** The cursor after this batch; empty for an empty batch. */
  get cursor(): string {
    const last = this.entries.at(-1);
    return last === undefined ? '' : last.cursor;
  }

  /** Whether this batch holds a message that `client` does not get (`echo: false`). */
  hides(client: string): boolean {
    if (this.hidden === undefined) {
      this.hidden = null;
      for (const { hiddenFrom } of this.entries) {
        if (hiddenFrom !== undefined) (this.hidden ??= new Set()).add(hiddenFrom);
      }
    }
    return this.hidden?.has(client) ?? false;
  }

  /** The batch without the messages that `client` does not get. */
  visibleTo(client: string): Batch {
    if (!this.hides(client)) return this;
    return new Batch(
      this.entries.filter(({ hiddenFrom }) => hiddenFrom !== client),
      this.framing,
    );
  }
}
