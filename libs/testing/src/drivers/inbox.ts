const TIMEOUT_MS = 10_000;

interface Waiter {
  readonly check: () => void;
  readonly reject: (error: Error) => void;
}

/** What arrived, in order, and who waits for more of it. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter>();
  #taken = 0;
  #failure: Error | undefined;

  /** `name` is told when waiting was in vain. */
  constructor(
    readonly name: string,
    readonly timeoutMs = TIMEOUT_MS,
  ) {}

  get items(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    if (this.#failure !== undefined) return;
    this.#items.push(item);
    for (const { check } of this.#waiters) check();
  }

  /** The item that follows those already taken. */
  async one(timeoutMs = this.timeoutMs): Promise<T> {
    for (const item of await this.next(1, timeoutMs)) return item;
    throw new Error(`${this.name}: nothing`);
  }

  /** Nothing more will come: rejects whoever waits, now and later. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiters) reject(this.#failure);
  }

  /** The `count` items that follow those already taken, in order of the calls; `Infinity` waits without end. */
  next(count = 1, timeoutMs = this.timeoutMs): Promise<T[]> {
    const from = this.#taken;
    this.#taken += count;
    const end = from + count;
    return new Promise((resolve, reject) => {
      const arrived = (): string => JSON.stringify(this.#items.slice(from));
      const waiter: Waiter = {
        check: () => {
          if (this.#items.length >= end) settle(() => resolve(this.#items.slice(from, end)));
        },
        reject: (error) => settle(() => reject(error)),
      };
      const giveUp = (): void => {
        waiter.reject(new Error(`${this.name}: waited ${timeoutMs} ms for ${count} more, got ${arrived()}`));
      };
      const timer = timeoutMs === Infinity ? undefined : setTimeout(giveUp, timeoutMs);
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        finish();
      };
      this.#waiters.add(waiter);
      waiter.check();
      if (this.#failure !== undefined && this.#waiters.has(waiter)) waiter.reject(this.#failure);
    });
  }
}
