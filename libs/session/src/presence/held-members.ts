import { BusUnavailableError, type PresenceStore } from '@tetracast/bus';
import { CodedError } from '@tetracast/message-model';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import type { PresenceSettings } from '../session-settings';
import type { Membership } from './membership';

/** Changes in one call: the store does nothing else during it. */
const CHANGES_AT_ONCE = 500;

/** Renewals in the time of one lease. */
const RENEWALS = 3;

/** Two thirds of a lease are left at least when a process dies. */
const GRACES_IN_LEASE = 1.5;

const NAME_BYTES = 9;

/**
 * Makes the store hold what this process wants to hold. It writes differences, and repeats what failed. After a lost lease or a new
 * epoch it takes a new name and writes all members again: the store may have any part of what was written under the old one, and other
 * processes remove that.
 */
export class HeldMembers {
  private readonly all = new Set<Membership>();
  private readonly changed = new Set<Membership>();
  private readonly leaseMs: number;
  private name = '';
  /** When its name got a lease, on the monotonic clock; `undefined` while it has none. */
  private leasedAt: number | undefined;
  private epoch = '';
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  /** Processes whose lease has expired. */
  private expired: readonly string[] = [];
  private renewalIsDue = false;
  private closed = false;

  /** Calls `onGone` with each membership that the store holds no longer. */
  constructor(
    private readonly store: PresenceStore,
    private readonly settings: Pick<PresenceSettings, 'maxMembers' | 'presenceLeaseMs' | 'presenceGraceMs'>,
    private readonly runtime: Runtime,
    private readonly onGone: (membership: Membership) => void,
  ) {
    // It ends no sooner than a grace after the process, so that clients can come back elsewhere.
    this.leaseMs = Math.max(settings.presenceLeaseMs, GRACES_IN_LEASE * settings.presenceGraceMs);
  }

  start(): void {
    const renew = (): void => {
      this.renewalIsDue = true;
      void this.work();
    };
    this.timer = this.runtime.setInterval(renew, this.leaseMs / RENEWALS).unref();
    renew();
  }

  /** What is wanted of this membership has changed. */
  change(membership: Membership): void {
    membership.isStored = false;
    this.all.add(membership);
    this.changed.add(membership);
    // All changes of one turn are written together.
    this.runtime.setImmediate(() => void this.work());
  }

  /** Writes what it can, and lets the lease end after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.runtime.clearInterval(this.timer);
    if (this.timer === undefined) return;
    await this.work();
    this.closed = true;
    if (this.leasedAt === undefined) return;
    await this.store.renewLease(this.name, Math.max(1, graceMs), false).catch(ignoreUnavailable);
  }

  /** One run at a time. It rejects with nothing that an outage of the store can cause. */
  private work(): Promise<void> {
    return (this.working ??= this.run()
      .catch((error: unknown) => {
        ignoreUnavailable(error);
        for (const membership of this.changed) membership.settle(error);
      })
      .finally(() => {
        this.working = undefined;
      }));
  }

  private async run(): Promise<void> {
    while (!this.closed && (this.renewalIsDue || this.changed.size > 0 || this.expired.length > 0)) {
      if (this.renewalIsDue || this.leasedAt === undefined) await this.renew();
      else {
        await this.write(firstOf(this.changed));
        await this.releaseSome();
      }
    }
  }

  /** Own members need not wait for those of a process that had very many. */
  private async releaseSome(): Promise<void> {
    const [name, ...others] = this.expired;
    if (name !== undefined && (await this.store.releaseExpired(name))) this.expired = others;
  }

  private async renew(): Promise<void> {
    const isNew = this.leasedAt === undefined;
    if (isNew) this.name = randomText(this.runtime, NAME_BYTES, 'hex');
    this.renewalIsDue = false;
    const { epoch, isHeld, expired } = await this.store.renewLease(this.name, this.leaseMs, isNew);
    if (isNew) {
      this.leasedAt = this.runtime.monotonicMs();
      this.epoch = epoch;
      return;
    }
    // After an outage the others come back first.
    const isSettled = this.runtime.monotonicMs() - (this.leasedAt ?? 0) >= this.leaseMs;
    this.expired = this.isStill(epoch, isHeld) && isSettled ? expired : [];
  }

  private async write(some: readonly Membership[]): Promise<void> {
    if (some.length === 0) return;
    for (const membership of some) this.changed.delete(membership);
    const changes = some.map(({ change }) => change);
    try {
      const outcome = await this.store.changePresence(this.name, changes, this.settings.maxMembers);
      if (this.isStill(outcome.epoch, outcome.isHeld)) {
        some.forEach((membership, index) =>
          this.settle(membership, changes[index]?.kind, outcome.refused.includes(index)),
        );
      }
    } catch (error) {
      for (const membership of some) this.changed.add(membership);
      throw error;
    }
  }

  private settle(membership: Membership, kind: 'join' | 'leave' | undefined, isRefused: boolean): void {
    if (isRefused) {
      membership.settle(
        new CodedError('overloaded', `${membership.channel} has too many members: try again later (MAX_MEMBERS)`),
      );
      if (membership.connections === 0) this.forget(membership);
      return;
    }
    // It may have changed again meanwhile.
    if (this.changed.has(membership)) return;
    if (kind === 'leave') {
      this.forget(membership);
      return;
    }
    membership.isStored = true;
    membership.settle();
  }

  private forget(membership: Membership): void {
    this.all.delete(membership);
    this.changed.delete(membership);
    this.onGone(membership);
  }

  /** Whether the name has its lease, in the epoch in which it got it. If not, all begins again under another name. */
  private isStill(epoch: string, isHeld: boolean): boolean {
    if (isHeld && epoch === this.epoch) return true;
    this.leasedAt = undefined;
    for (const membership of this.all) {
      if (membership.isWanted) this.changed.add(membership);
      else this.forget(membership);
    }
    return false;
  }
}

function firstOf(memberships: Iterable<Membership>): Membership[] {
  const some: Membership[] = [];
  for (const membership of memberships) if (some.push(membership) === CHANGES_AT_ONCE) break;
  return some;
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof BusUnavailableError)) throw error;
}
