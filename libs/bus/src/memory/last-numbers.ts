/**
 * The last sequence number per channel, for the `capacity` channels with the newest messages. For all others together it
 * keeps one upper bound.
 */
export class LastNumbers {
  // In ascending order: the number that is added is always the greatest.
  private readonly numbers = new Map<string, number>();
  // One iterator for good: a new one would walk over all deleted entries first.
  private readonly oldestFirst = this.numbers.entries();
  private newest: string | undefined;
  private greatestForgotten = 0;

  constructor(private readonly capacity: number) {}

  get(channel: string): number | undefined {
    return this.numbers.get(channel);
  }

  /** The greatest number of a forgotten channel; 0 while there is none. */
  get forgotten(): number {
    return this.greatestForgotten;
  }

  /** The channels whose last number is greater than `seq`, in ascending order of it. */
  *after(seq: number): Generator<[channel: string, last: number]> {
    for (const found of this.numbers) if (found[1] > seq) yield found;
  }

  set(channel: string, seq: number): void {
    if (channel !== this.newest) this.numbers.delete(channel);
    this.numbers.set(channel, seq);
    this.newest = channel;
    if (this.numbers.size > this.capacity) this.forgetOldest();
  }

  private forgetOldest(): void {
    const oldest = this.oldestFirst.next();
    if (oldest.done === true) return;
    const [channel, seq] = oldest.value;
    this.numbers.delete(channel);
    this.greatestForgotten = seq;
  }
}
