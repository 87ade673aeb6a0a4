import { once, EventEmitter } from 'node:events';

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
  private readonly news = new EventEmitter().setMaxListeners(0);
  private acknowledgedCount = 0;
  private refusedCount = 0;

  get acknowledged(): number {
    return this.acknowledgedCount;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    if (entry.id === undefined) return;
    this.acknowledgedCount++;
    this.news.emit('news');
  }

  /** An attempt to publish came to nothing; the publisher goes on trying. */
  refused(): void {
    this.refusedCount++;
    this.news.emit('news');
  }

  /** Resolves once `count` more messages are acknowledged. */
  async progress(count: number): Promise<void> {
    const wanted = this.acknowledgedCount + count;
    while (this.acknowledgedCount < wanted) await once(this.news, 'news');
  }

  /** Resolves once `count` more attempts to publish came to nothing. */
  async refusals(count: number): Promise<void> {
    const wanted = this.refusedCount + count;
    while (this.refusedCount < wanted) await once(this.news, 'news');
  }
}
