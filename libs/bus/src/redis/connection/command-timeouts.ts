import type { Runtime } from '@tetracast/node-io/runtime';

/** Ticks of one timeout. */
const TICKS = 20;

interface Waiting {
  /** The tick of its deadline. */
  readonly until: number;
  giveUp(): void;
}

/** No answer came within the timeout. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Rejects an answer that takes longer than `timeoutMs`, at most a tenth of that late. One timer serves all answers and runs
 * only while one is pending. It counts its own ticks, not the clock: while the process is blocked no answer can arrive, and a
 * block of any length counts as one tick.
 */
export class CommandTimeouts {
  /** In the order of their deadlines, since all have the same timeout. */
  private readonly waiting = new Set<Waiting>();
  private tick = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeoutMs: number,
    private readonly runtime: Runtime,
  ) {}

  /** Settles as `answer` does, or rejects with NoAnswerError when that takes too long. */
  within<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // One tick more, since the current one may end at once.
      const waiting = { until: this.tick + TICKS + 1, giveUp: () => reject(this.tooLong()) };
      this.waiting.add(waiting);
      this.timer ??= this.runtime.setInterval(() => this.onTick(), this.timeoutMs / TICKS).unref();
      answer.finally(() => this.waiting.delete(waiting)).then(resolve, reject);
    });
  }

  private onTick(): void {
    this.tick++;
    if (this.waiting.size > 0) {
      // After a block Node runs timers before it reads sockets: first take the answers that are there.
      this.runtime.setImmediate(() => this.giveUp());
      return;
    }
    this.runtime.clearInterval(this.timer);
    this.timer = undefined;
  }

  private giveUp(): void {
    for (const waiting of this.waiting) {
      if (waiting.until > this.tick) return;
      this.waiting.delete(waiting);
      waiting.giveUp();
    }
  }

  private tooLong(): NoAnswerError {
    return new NoAnswerError(`no answer within ${this.timeoutMs} ms`);
  }
}
