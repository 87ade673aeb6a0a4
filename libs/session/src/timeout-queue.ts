import type { Runtime } from '@tetracast/node-io/runtime';

/** One timer for any number of timeouts; it stops while there are none. A timeout is at most two ticks late, and never early. */
export class TimeoutQueue<Member> {
  private readonly slots = new Map<number, Set<Member>>();
  private timer: NodeJS.Timeout | undefined;
  private passed = 0;

  /** `tickMs` is the precision of all timeouts. */
  constructor(
    private readonly runtime: Runtime,
    private readonly tickMs: number,
    private readonly onTimeout: (member: Member) => void,
  ) {}

  /** Calls `onTimeout` with the member after `waitMs`. Returns the tick, which `remove` takes. */
  add(member: Member, waitMs: number): number {
    // One tick later, since the current one may be almost over.
    const tick = Math.floor((this.runtime.monotonicMs() + waitMs) / this.tickMs) + 1;
    const slot = this.slots.get(tick);
    if (slot === undefined) this.slots.set(tick, new Set([member]));
    else slot.add(member);
    if (this.timer === undefined) {
      this.passed = this.now();
      this.timer = this.runtime.setInterval(() => this.turn(), this.tickMs).unref();
    }
    return tick;
  }

  remove(member: Member, tick: number): void {
    const slot = this.slots.get(tick);
    if (slot?.delete(member) === true && slot.size === 0) this.drop(tick);
  }

  private turn(): void {
    const now = this.now();
    while (this.passed < now) {
      const tick = ++this.passed;
      const slot = this.slots.get(tick);
      this.drop(tick);
      for (const member of slot ?? []) this.onTimeout(member);
    }
  }

  private drop(tick: number): void {
    this.slots.delete(tick);
    if (this.slots.size > 0) return;
    this.runtime.clearInterval(this.timer);
    this.timer = undefined;
  }

  private now(): number {
    return Math.floor(this.runtime.monotonicMs() / this.tickMs);
  }
}
