import type { Runtime } from '@tetracast/node-io/runtime';

/** One timer for any number of timeouts, stopped while there is none. A timeout comes at most two ticks late, never early. */
export class TimeoutQueue<Member> {
  private readonly slots = new Map<number, Set<Member>>();
  private timer: NodeJS.Timeout | undefined;
  private passed = 0;

  /** `tickMs` is the unit of all waits. */
  constructor(
    private readonly runtime: Runtime,
    private readonly tickMs: number,
    private readonly onTimeout: (member: Member) => void,
  ) {}

  /** Calls `onTimeout` with the member in `waitMs`. Returns the tick, which `remove` takes. */
  add(member: Member, waitMs: number): number {
    // One tick later, since the present one may be over.
    const due = Math.floor((this.runtime.monotonicMs() + waitMs) / this.tickMs) + 1;
    const slot = this.slots.get(due);
    if (slot === undefined) this.slots.set(due, new Set([member]));
    else slot.add(member);
    if (this.timer === undefined) {
      this.passed = this.now();
      this.timer = this.runtime.setInterval(() => this.turn(), this.tickMs).unref();
    }
    return due;
  }

  remove(member: Member, due: number): void {
    const slot = this.slots.get(due);
    if (slot?.delete(member) === true && slot.size === 0) this.drop(due);
  }

  private turn(): void {
    const now = this.now();
    while (this.passed < now) {
      const due = ++this.passed;
      const slot = this.slots.get(due);
      this.drop(due);
      for (const member of slot ?? []) this.onTimeout(member);
    }
  }

  private drop(due: number): void {
    this.slots.delete(due);
    if (this.slots.size > 0) return;
    this.runtime.clearInterval(this.timer);
    this.timer = undefined;
  }

  private now(): number {
    return Math.floor(this.runtime.monotonicMs() / this.tickMs);
  }
}
