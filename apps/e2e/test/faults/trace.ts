import type { Message, Reset } from '@tetracast/message-model';

/** What a publisher wrote into its message. */
export interface Numbered {
  readonly by: string;
  /** 1, 2, 3 … for each publisher in each channel. */
  readonly n: number;
}

export type TraceEvent =
  | { readonly kind: 'message'; readonly channel: string; readonly by: string; readonly n: number; readonly id: string }
  | { readonly kind: 'reset'; readonly channels: readonly string[]; readonly reason: Reset['reason'] };

/** Everything one subscriber was told, in the order it was told. */
export class Trace {
  readonly events: TraceEvent[] = [];
  private failure: Error | undefined;
  private readonly waiting = new Set<() => void>();

  message({ id, channel, data }: Pick<Message, 'id' | 'channel' | 'data'>): void {
    const { by, n } = data as Numbered;
    this.events.push({ kind: 'message', channel, by, n, id });
    this.wake();
  }

  reset({ channels, reason }: Reset): void {
    this.events.push({ kind: 'reset', channels, reason });
    this.wake();
  }

  /** The stock client has given up for good. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }

  sees(channel: string, by: string, n: number): boolean {
    return this.events.some(
      (event) => event.kind === 'message' && event.channel === channel && event.by === by && event.n === n,
    );
  }

  /** Resolves once `isDone`; rejects when the client gives up before, or after `timeoutMs`. */
  async until(isDone: () => boolean, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    try {
      await new Promise<void>((resolve, reject) => {
        const check = (): void => {
          if (isDone()) resolve();
          else if (this.failure !== undefined) reject(this.failure);
          else if (late) reject(new Error(`not all there after ${timeoutMs} ms`));
          else return;
          this.waiting.delete(check);
        };
        this.waiting.add(check);
        timer = setTimeout(() => {
          late = true;
          check();
        }, timeoutMs);
        check();
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private wake(): void {
    for (const check of this.waiting) check();
  }
}
