import type { Runtime } from '@tetracast/node-io/runtime';

/**
 * One timer for any number of members. It visits each once a period, spread evenly over the period's slots, so heartbeats
 * cost neither a timer per connection nor a burst of writes. A visit comes after the input of that turn: a process that was
 * blocked reads the answers to its heartbeats before it looks for silent clients.
 */
export class HeartbeatWheel<Member> {
  private readonly slots: Set<Member>[];
  private readonly slotOf = new Map<Member, Set<Member>>();
  private readonly timer: NodeJS.Timeout;
  private visits: NodeJS.Immediate | undefined;
  private hand = 0;

  constructor(
    private readonly runtime: Runtime,
    periodMs: number,
    visit: (member: Member) => void,
    slots = Math.max(1, Math.round(periodMs / 1000)),
  ) {
    this.slots = Array.from({ length: slots }, () => new Set<Member>());
    this.timer = runtime.setInterval(() => {
      this.hand = (this.hand + 1) % slots;
      const members = this.slots[this.hand] as Set<Member>;
      // Node runs timers before it reads sockets, and immediates after.
      this.visits = runtime
        .setImmediate(() => {
          for (const member of members) visit(member);
        })
        .unref();
    }, periodMs / slots);
    this.timer.unref();
  }

  /** The first visit comes a whole period from now. */
  add(member: Member): void {
    const slot = this.slots[this.hand] as Set<Member>;
    slot.add(member);
    this.slotOf.set(member, slot);
  }

  remove(member: Member): void {
    this.slotOf.get(member)?.delete(member);
    this.slotOf.delete(member);
  }

  get size(): number {
    return this.slotOf.size;
  }

  /** All members now. */
  get members(): Member[] {
    return [...this.slotOf.keys()];
  }

  stop(): void {
    this.runtime.clearInterval(this.timer);
    this.runtime.clearImmediate(this.visits);
  }
}
