import { Progress } from '@tetracast/testing';
import type { BusListener, Entry } from '../src';

/** Keeps what a bus announces and lets a test wait for it. */
export class Recorder implements BusListener {
  readonly entries: Entry[] = [];
  readonly epochs: string[] = [];
  interrupted = 0;
  resubscribed = 0;
  private readonly progress = new Progress();

  onAnnouncement(epoch: string, entry: Entry): void {
    this.epochs.push(epoch);
    this.entries.push(entry);
    this.progress.moved();
  }

  onInterrupted(): void {
    this.interrupted++;
    this.progress.moved();
  }

  onResubscribed(): void {
    this.resubscribed++;
    this.progress.moved();
  }

  get seqs(): number[] {
    return this.entries.map(({ seq }) => seq);
  }

  /** Resolves once the entry numbered `seq` was announced. */
  received(seq: number): Promise<void> {
    return this.until(() => this.entries.some((entry) => entry.seq === seq));
  }

  until(condition: () => boolean): Promise<void> {
    return this.progress.until(condition, () => {
      const { length } = this.entries;
      return `${length} announced, ${this.interrupted} interrupted, ${this.resubscribed} resubscribed: ${String(condition)}`;
    });
  }
}
