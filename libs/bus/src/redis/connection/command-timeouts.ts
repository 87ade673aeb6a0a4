/** In how many steps a time-out is counted. */
const TICKS = 20;

interface Waiting {
  /** The tick at which it is given up. */
  readonly until: number;
  giveUp(): void;
}

/** What was waited for did not come in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Gives up what takes longer than `timeoutMs`, at the latest a tenth of that later. One timer for all, which runs while there
 * is something to wait for. It counts its own ticks and not the clock, so that in a process whose turns take longer than a tick
 * it is later: while it is held up no answer can come in, and however long that lasts, it is one tick.
 */
export class CommandTimeouts {
  /** In the order in which they are given up, as all have the same time. */
  private readonly waiting = new Set<Waiting>();
  private tick = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  /** Becomes what `answer` becomes, or is rejected when that takes too long. */
  within<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // The tick under way may be as good as over.
      const waiting = { until: this.tick + TICKS + 1, giveUp: () => reject(this.tooLong()) };
      this.waiting.add(waiting);
      this.timer ??= setInterval(() => this.onTick(), this.timeoutMs / TICKS).unref();
      answer.finally(() => this.waiting.delete(waiting)).then(resolve, reject);
    });
  }

  private onTick(): void {
    this.tick++;
    if (this.waiting.size > 0) {
      // Behind what has come in by now: after a hold-up timers are due before sockets are read.
      setImmediate(() => this.giveUp());
      return;
    }
    clearInterval(this.timer);
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
