/**
 * The number of the last message per channel, for the `capacity` channels that had one most lately. Of all the others
 * together one number is known that none of theirs exceeds.
 */
export class LastNumbers {
  // In the order of the numbers: the one that is added is always the greatest.
  private readonly numbers = new Map<string, number>();
  // Kept for good: it stands at the oldest, while a new one walks over all that were deleted before.
  private readonly oldestFirst = this.numbers.entries();
  private newest: string | undefined;
  private greatestForgotten = 0;

  constructor(private readonly capacity: number) {}

  get(channel: string): number | undefined {
    return this.numbers.get(channel);
  }

  /** The greatest number among the channels forgotten, 0 while there are none. */
  get forgotten(): number {
    return this.greatestForgotten;
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
