/**
 * One timer for any number of members: each has its turn once a period, spread evenly over the period's slots, so that
 * heartbeats cost neither a timer per connection nor a burst of writes. A turn comes after what had arrived by then: a
 * process that was held up itself finds the answers to its heartbeats before it asks who is silent.
 */
export class HeartbeatWheel<Member> {
  private readonly slots: Set<Member>[];
  private readonly slotOf = new Map<Member, Set<Member>>();
  private readonly timer: NodeJS.Timeout;
  private round: NodeJS.Immediate | undefined;
  private hand = 0;

  constructor(periodMs: number, turn: (member: Member) => void, slots = Math.max(1, Math.round(periodMs / 1000))) {
    this.slots = Array.from({ length: slots }, () => new Set<Member>());
    this.timer = setInterval(() => {
      this.hand = (this.hand + 1) % slots;
      const members = this.slots[this.hand] as Set<Member>;
      // Timers are due before sockets are read, immediates after.
      this.round = setImmediate(() => {
        for (const member of members) turn(member);
      }).unref();
    }, periodMs / slots);
    this.timer.unref();
  }

  /** The member's first turn is a whole period from now. */
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

  /** All members there are now. */
  get members(): Member[] {
    return [...this.slotOf.keys()];
  }

  stop(): void {
    clearInterval(this.timer);
    clearImmediate(this.round);
  }
}
