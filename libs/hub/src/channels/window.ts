import type { Entry } from '@tetracast/bus';
import { Batch } from './batch';
import { FramedEntry } from '../delivery/framed-entry';
import type { Framing } from '../delivery/framing';

export interface WindowLimits {
  /** Messages a window keeps per channel. */
  readonly messages: number;
  /** Bytes a window keeps per channel, as {@link FramedEntry.size} estimates them. */
  readonly bytes: number;
}

/**
 * The newest messages of one channel, framed once and shared by all its readers. It holds every message of the channel with
 * `floor < seq ≤ last`; older ones are in the message log.
 */
export class Window {
  private entries: FramedEntry[] = [];
  private bytes = 0;
  /** This turn's batches, shared by readers at the same position. Nearly always that is all of them; the maps serve the rest. */
  private batch: Batch | undefined;
  private batchFrom = 0;
  private others: Map<Framing, Map<number, Batch>> | undefined;

  constructor(
    private readonly limits: WindowLimits,
    readonly epoch: string,
    public floor: number,
    public last = floor,
    /** The sequence number of the end of the channel; 0 if it has not ended. */
    public end = 0,
  ) {}

  /**
   * Appends the channel's next message; `false` when one before it is missing here. `verifiedHead`: the message log has shown
   * that the channel has none between `last` and there.
   */
  push(entry: Entry, verifiedHead = 0): boolean {
    if (entry.seq <= this.last) return true;
    if (entry.prev > Math.max(this.last, verifiedHead)) return false;
    const framed = new FramedEntry(this.epoch, entry);
    const { deletes } = framed;
    if (deletes !== undefined) this.delete(deletes);
    if (framed.isEnd) this.end = entry.seq;
    // Only notices of deletions follow an end that is still known: this message opened the channel again.
    else if (deletes === undefined) this.end = 0;
    this.entries.push(framed);
    this.bytes += framed.size;
    this.endTurn();
    this.last = entry.seq;
    this.evict();
    return true;
  }

  /** Adds an unbroken run that ends at the floor, if the limits allow it: its readers then need no more reads. */
  extendBack(found: readonly FramedEntry[], after: number): void {
    // The run may have been read before a message of it was deleted.
    const deleted = new Set(this.entries.map(({ deletes }) => deletes));
    const run = found.filter(({ seq }) => !deleted.has(seq));
    const size = run.reduce((sum, entry) => sum + entry.size, 0);
    if (this.entries.length + run.length > this.limits.messages || this.bytes + size > this.limits.bytes) return;
    this.entries.unshift(...run);
    this.bytes += size;
    this.floor = after;
    this.endTurn();
  }

  /** The messages after `seq`, at most `limit`, none beyond `through`; `seq` must not be below the floor. */
  after(seq: number, limit = Infinity, through = Infinity): readonly FramedEntry[] {
    if (seq >= this.last) return [];
    let from = this.entries.length;
    while (from > 0 && (this.entries[from - 1] as FramedEntry).seq > seq) from--;
    let to = Math.min(this.entries.length, from + limit);
    while (to > from && (this.entries[to - 1] as FramedEntry).seq > through) to--;
    return this.entries.slice(from, to);
  }

  /** All messages after `seq` as one shared batch. */
  batchAfter(seq: number, framing: Framing): Batch {
    if (this.batch === undefined) {
      this.batchFrom = seq;
      return (this.batch = new Batch(this.after(seq), framing));
    }
    if (this.batchFrom === seq && this.batch.framing === framing) return this.batch;
    const others = (this.others ??= new Map<Framing, Map<number, Batch>>());
    let batches = others.get(framing);
    if (batches === undefined) others.set(framing, (batches = new Map<number, Batch>()));
    let batch = batches.get(seq);
    if (batch === undefined) batches.set(seq, (batch = new Batch(this.after(seq), framing)));
    return batch;
  }

  /** Releases the turn's batches. */
  endTurn(): void {
    this.batch = undefined;
    this.others = undefined;
  }

  private delete(seq: number): void {
    if (seq === this.end) this.end = 0;
    const index = this.entries.findIndex((entry) => entry.seq === seq);
    if (index < 0) return;
    const [entry] = this.entries.splice(index, 1) as [FramedEntry];
    this.bytes -= entry.size;
  }

  // In strides, so that a full window does not move all its entries at every message.
  private evict(): void {
    const { messages, bytes } = this.limits;
    if (this.entries.length <= messages * 1.25 && this.bytes <= bytes * 1.25) return;
    let drop = 0;
    while (drop < this.entries.length && (this.entries.length - drop > messages || this.bytes > bytes)) {
      this.bytes -= (this.entries[drop] as FramedEntry).size;
      drop++;
    }
    this.floor = (this.entries[drop - 1] as FramedEntry).seq;
    this.entries.splice(0, drop);
  }
}
