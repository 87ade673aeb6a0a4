import { IDLE_LIMIT_MS, Progress } from '../progress';

/** What arrived, in order, and the waits for more of it. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #progress = new Progress();
  #taken = 0;
  #isClosed = false;

  /** @param idleMs a wait rejects when nothing arrived for so long, and names the inbox and what did arrive; `Infinity`: never */
  constructor(
    readonly name: string,
    readonly idleMs = IDLE_LIMIT_MS,
  ) {}

  get items(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    if (this.#isClosed) return;
    this.#items.push(item);
    this.#progress.moved();
  }

  /** The item that follows those already taken. */
  async one(idleMs = this.idleMs): Promise<T> {
    for (const item of await this.next(1, idleMs)) return item;
    throw new Error(`${this.name}: nothing`);
  }

  /** Nothing more will come: rejects what waits for more, now and later. */
  fail(error: Error): void {
    this.#isClosed = true;
    this.#progress.fail(error);
  }

  /** The `count` items that follow those already taken, in order of the calls. */
  async next(count = 1, idleMs = this.idleMs): Promise<T[]> {
    const from = this.#taken;
    this.#taken += count;
    const end = from + count;
    const describe = (): string => `${this.name}: ${count} more wanted, got ${JSON.stringify(this.#items.slice(from))}`;
    await this.#progress.until(() => this.#items.length >= end, describe, idleMs);
    return this.#items.slice(from, end);
  }
}
