import type { Message, Reset } from '@tetracast/message-model';
import { Progress } from '@tetracast/testing';

/** What a publisher wrote into its message. */
export interface Numbered {
  readonly by: string;
  /** 1, 2, 3 … for each publisher in each channel. */
  readonly n: number;
}

export type TraceEvent =
  | { readonly kind: 'message'; readonly channel: string; readonly by: string; readonly n: number; readonly id: string }
  | { readonly kind: 'reset'; readonly channels: readonly string[]; readonly reason: Reset['reason'] };

/** Everything that one subscriber received, in the order in which it came. */
export class Trace {
  readonly events: TraceEvent[] = [];
  private readonly progress = new Progress();

  message({ id, channel, data }: Pick<Message, 'id' | 'channel' | 'data'>): void {
    const { by, n } = data as Numbered;
    this.events.push({ kind: 'message', channel, by, n, id });
    this.progress.moved();
  }

  reset({ channels, reason }: Reset): void {
    this.events.push({ kind: 'reset', channels, reason });
    this.progress.moved();
  }

  /** The stock client has given up for good. */
  fail(error: Error): void {
    this.progress.fail(error);
  }

  sees(channel: string, by: string, n: number): boolean {
    return this.events.some(
      (event) => event.kind === 'message' && event.channel === channel && event.by === by && event.n === n,
    );
  }

  /** Resolves once `isDone`; rejects when the client gives up before, or nothing more comes. */
  until(isDone: () => boolean): Promise<void> {
    return this.progress.until(isDone, () => `not all there after ${this.events.length} events`);
  }
}
