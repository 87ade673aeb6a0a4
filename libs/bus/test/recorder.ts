import type { BusListener, Entry } from '../src';

/** Keeps what a bus announces and lets a test wait for it. */
export class Recorder implements BusListener {
  readonly entries: Entry[] = [];
  readonly epochs: string[] = [];
  interrupted = 0;
  resubscribed = 0;
  private readonly waiting = new Map<() => boolean, () => void>();

  onEntry(epoch: string, entry: Entry): void {
    this.epochs.push(epoch);
    this.entries.push(entry);
    this.check();
  }

  onInterrupted(): void {
    this.interrupted++;
    this.check();
  }

  onResubscribed(): void {
    this.resubscribed++;
    this.check();
  }

  get seqs(): number[] {
    return this.entries.map(({ seq }) => seq);
  }

  /** Resolves once the entry numbered `seq` was announced. */
  heard(seq: number): Promise<void> {
    return this.until(() => this.entries.some((entry) => entry.seq === seq));
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.set(condition, resolve);
      this.check();
    });
  }

  private check(): void {
    for (const [condition, resolve] of this.waiting) {
      if (!condition()) continue;
      this.waiting.delete(condition);
      resolve();
    }
  }
}
