import { EventEmitter, once } from 'node:events';

const PROGRESS_TIMEOUT_MS = 20_000;

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
  progress(count: number): Promise<void> {
    const wanted = this.acknowledgedCount + count;
    return this.until(() => this.acknowledgedCount >= wanted, `${count} more messages acknowledged`);
  }

  /** Resolves once `count` more attempts to publish came to nothing. */
  refusals(count: number): Promise<void> {
    const wanted = this.refusedCount + count;
    return this.until(() => this.refusedCount >= wanted, `${count} more attempts refused`);
  }

  private async until(isDone: () => boolean, what: string): Promise<void> {
    const signal = AbortSignal.timeout(PROGRESS_TIMEOUT_MS);
    try {
      while (!isDone()) await once(this.news, 'news', { signal });
    } catch (cause) {
      throw new Error(`waited ${PROGRESS_TIMEOUT_MS} ms for ${what}`, { cause });
    }
  }
}
