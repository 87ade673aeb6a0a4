import { BusUnavailableError, MemoryBus, type PresenceStore } from '@tetracast/bus';
import { companionOf, JOIN_EVENT, type Member } from '@tetracast/message-model';
import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import type { MemberIdentity } from '../../src/presence/member-identity';
import type { Membership } from '../../src/presence/membership';
import { Presence } from '../../src/presence/presence';
import { sessionSettings } from '../session-settings';

export const GRACE_MS = 10_000;
export const LEASE_MS = 15_000;
/** A ghost stays no longer: grace, two leases, and the precision of the timers. */
export const BOUND_MS = GRACE_MS + 2 * LEASE_MS + 6000;
export const CHANNEL = 'room:1';

interface Interval {
  readonly task: () => void;
  readonly ms: number;
  next: number;
}

/** Lets everything happen that does not wait for time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** Several processes with presence on one store, in a time that moves only when the test says so. */
export class SimulatedWorld {
  now = 1_000_000;
  /** While true, no process reaches the store. */
  isStoreAway = false;
  readonly processes: SimulatedProcess[] = [];
  private bus = this.createBus();

  /** The store as one process reaches it. */
  storeFor(process: SimulatedProcess): PresenceStore {
    const reach = <T>(call: (bus: MemoryBus) => Promise<T>): Promise<T> =>
      this.isStoreAway || process.isCutOff ? Promise.reject(new BusUnavailableError('away')) : call(this.bus);
    return {
      renewLease: (...args) => reach((bus) => bus.renewLease(...args)),
      changePresence: (...args) => reach((bus) => bus.changePresence(...args)),
      releaseExpired: (...args) => reach((bus) => bus.releaseExpired(...args)),
      readMembers: (...args) => reach((bus) => bus.readMembers(...args)),
    };
  }

  async start(): Promise<SimulatedProcess> {
    const process = new SimulatedProcess(this);
    this.processes.push(process);
    await settle();
    return process;
  }

  /** The message log is lost, with all members. */
  async replaceStore(): Promise<void> {
    await this.bus.close();
    this.bus = this.createBus();
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const times = this.processes.flatMap((process) => process.nextTimes()).filter((time) => time <= end);
      if (times.length === 0) break;
      this.now = Math.max(this.now, Math.min(...times));
      for (const process of this.processes) process.fire();
      await settle();
    }
    this.now = end;
    await settle();
  }

  /** The ids of the members, as a snapshot says. */
  async members(): Promise<string[]> {
    const { members } = await this.bus.readMembers(CHANNEL, { limit: 1000 });
    return members.map((text) => (JSON.parse(text) as Member).id).sort();
  }

  /** All joins and leaves in this message log, each as `+id` or `-id`. */
  async events(): Promise<string[]> {
    const { entries } = await this.bus.read(companionOf(CHANNEL), { kind: 'after', seq: 0, limit: 10_000, bytes: 1e9 });
    return entries.map(({ event, data }) => `${event === JOIN_EVENT ? '+' : '-'}${(JSON.parse(data) as Member).id}`);
  }

  async close(): Promise<void> {
    await this.bus.close();
  }

  private createBus(): MemoryBus {
    const runtime: Runtime = { ...nodeRuntime, now: () => this.now, monotonicMs: () => this.now };
    return new MemoryBus({ retention: { size: 10_000, ttlMs: 1e9 } }, { runtime });
  }
}

/** One process: it can be paused, and it can die without a word. */
export class SimulatedProcess {
  readonly presence: Presence;
  isPaused = false;
  isDead = false;
  /** While true, this process alone does not reach the store. */
  isCutOff = false;
  /** The memberships of each open connection, by member. */
  readonly connections = new Map<string, (readonly Membership[])[]>();
  private readonly intervals = new Set<Interval>();

  constructor(private readonly world: SimulatedWorld) {
    const runtime: Runtime = {
      ...nodeRuntime,
      now: () => world.now,
      monotonicMs: () => world.now,
      setInterval: (task, ms) => {
        const interval: Interval = { task, ms, next: world.now + ms };
        this.intervals.add(interval);
        return { unref: () => interval } as unknown as NodeJS.Timeout;
      },
      clearInterval: (timer) => void this.intervals.delete(timer as unknown as Interval),
    };
    const settings = sessionSettings({
      namespaces: new Map([['room', { presence: true }]]),
      presenceGraceMs: GRACE_MS,
      presenceLeaseMs: LEASE_MS,
    });
    this.presence = new Presence(world.storeFor(this), settings, runtime);
  }

  /** Opens a connection of a member; `false` if the process cannot now. */
  async connect(id: string, info = ''): Promise<boolean> {
    if (this.isPaused || this.isDead) return false;
    const identity: MemberIdentity = { id, about: JSON.stringify({ id }), info };
    try {
      const memberships = await this.presence.join([CHANNEL], identity, { address: '192.0.2.1', user: undefined });
      this.connections.set(id, [...(this.connections.get(id) ?? []), memberships]);
      return true;
    } catch (error) {
      if (error instanceof BusUnavailableError) return false;
      throw error;
    }
  }

  /** Closes a connection of a member, if there is one. */
  async disconnect(id: string): Promise<void> {
    const [first, ...others] = this.connections.get(id) ?? [];
    if (first === undefined || this.isPaused || this.isDead) return;
    if (others.length === 0) this.connections.delete(id);
    else this.connections.set(id, others);
    this.presence.leave(first, this.presence.graceOf(false));
    await settle();
  }

  kill(): void {
    this.isDead = true;
    this.connections.clear();
    this.intervals.clear();
  }

  nextTimes(): number[] {
    return this.isPaused || this.isDead ? [] : [...this.intervals].map(({ next }) => next);
  }

  fire(): void {
    if (this.isPaused || this.isDead) return;
    for (const interval of this.intervals) {
      if (interval.next > this.world.now) continue;
      // Node runs a late interval once.
      interval.next = this.world.now + interval.ms;
      interval.task();
    }
  }
}
