import { Progress } from '@tetracast/testing';

/** One message as its publisher knows it. */
export interface Entry {
  readonly channel: string;
  readonly by: string;
  readonly n: number;
  /** What it was acknowledged with; without one it may be stored or not. */
  readonly id?: string;
}

/** What the publishers of one case wrote, and how far they are: what faults wait for. */
export class Ledger {
  readonly entries: Entry[] = [];
  private readonly attempts = new Progress();
  private acknowledgedCount = 0;
  private refusedCount = 0;

  get acknowledged(): number {
    return this.acknowledgedCount;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    if (entry.id === undefined) return;
    this.acknowledgedCount++;
    this.attempts.moved();
  }

  /** An attempt to publish came to nothing; the publisher goes on trying. */
  refused(): void {
    this.refusedCount++;
    this.attempts.moved();
  }

  /** Resolves once `count` more messages are acknowledged. */
  progress(count: number): Promise<void> {
    const wanted = this.acknowledgedCount + count;
    return this.attempts.until(
      () => this.acknowledgedCount >= wanted,
      () => `${count} more messages acknowledged, ${wanted - this.acknowledgedCount} are missing`,
    );
  }

  /** Resolves once `count` more attempts to publish came to nothing. */
  refusals(count: number): Promise<void> {
    const wanted = this.refusedCount + count;
    return this.attempts.until(
      () => this.refusedCount >= wanted,
      () => `${count} more attempts refused, ${wanted - this.refusedCount} are missing`,
    );
  }
}
