import { IDLE_LIMIT_MS, watchProgress } from './watch-progress';

interface Waiter {
  readonly check: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Something that goes on step by step, and the waits for how far it gets. A wait has no time limit: it ends when it is done,
 * when nothing more can come, or when no step came for long.
 */
export class Progress {
  readonly #waiters = new Set<Waiter>();
  #steps = 0;
  #failure: Error | undefined;

  /** A step: each wait looks whether it is done. */
  moved(): void {
    this.#steps++;
    for (const { check } of this.#waiters) check();
  }

  /** Nothing more will come: rejects every wait that is not done, now and later. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiters) reject(this.#failure);
  }

  /** Resolves once `isDone`; rejects after {@link fail}, and with what `describe` says when no step came for `idleMs`. */
  until(isDone: () => boolean, describe: () => string, idleMs = IDLE_LIMIT_MS): Promise<void> {
    if (isDone()) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        endWatch();
        this.#waiters.delete(waiter);
        finish();
      };
      const waiter: Waiter = {
        check: () => {
          if (isDone()) settle(resolve);
        },
        reject: (error) => settle(() => reject(error)),
      };
      const giveUp = (): void => waiter.reject(new Error(`nothing moved for ${idleMs} ms: ${describe()}`));
      const endWatch = idleMs === Infinity ? () => undefined : watchProgress(() => this.#steps, giveUp, idleMs);
      this.#waiters.add(waiter);
    });
  }
}
