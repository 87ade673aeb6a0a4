/** One timer for any number of waits, stopped while there is none. A wait ends at most two ticks late, never early. */
export class TimeoutQueue<Member> {
  private readonly slots = new Map<number, Set<Member>>();
  private timer: NodeJS.Timeout | undefined;
  private passed = 0;

  /** `tickMs` is the unit of all waits. */
  constructor(
    private readonly tickMs: number,
    private readonly reached: (member: Member) => void,
  ) {}

  /** Calls `reached` with the member in `waitMs`; returns what `remove` wants to know. */
  add(member: Member, waitMs: number): number {
    // The next tick, even when it is due at a tick itself: that one may be over.
    const due = Math.floor((performance.now() + waitMs) / this.tickMs) + 1;
    const slot = this.slots.get(due);
    if (slot === undefined) this.slots.set(due, new Set([member]));
    else slot.add(member);
    if (this.timer === undefined) {
      this.passed = this.now();
      this.timer = setInterval(() => {
        this.turn();
      }, this.tickMs).unref();
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
      for (const member of slot ?? []) this.reached(member);
    }
  }

  private drop(due: number): void {
    this.slots.delete(due);
    if (this.slots.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private now(): number {
    return Math.floor(performance.now() / this.tickMs);
  }
}
