import {
  DAY_MS,
  EXPIRED_AT_ONCE,
  type RelayAdmission,
  type RelayOwner,
  type RelayRequest,
} from '../relays/relay-store';
import { ExpiringMap } from './expiring-map';

interface Owned {
  readonly channels: Set<string>;
  day: number;
  count: number;
}

/** The relays in the memory of one process. */
export class MemoryRelays {
  /** When the lease of each ends, in ms since 1970. */
  private readonly leases = new Map<string, number>();
  private readonly owners = new Map<string, Owned>();
  private readonly keys = new ExpiringMap<string>();

  admit({ channel, leaseMs, owners, key, keyTtlMs }: RelayRequest, now: number): RelayAdmission {
    const known = key === undefined ? undefined : this.keys.get(key, now);
    if (known !== undefined) return { kind: 'known', channel: known };
    for (const owner of owners) {
      const limit = this.limitReached(owner, now);
      if (limit !== undefined) return { kind: 'refused', owner, limit };
    }
    this.leases.set(channel, now + leaseMs);
    for (const { name, atOnce } of owners) {
      const owned = this.ownedBy(name, now);
      if (atOnce > 0) owned.channels.add(channel);
      owned.count++;
    }
    if (key !== undefined) this.keys.set(key, channel, now + keyTtlMs);
    return { kind: 'new' };
  }

  renew(channels: readonly string[], leaseMs: number, now: number): string[] {
    const lost = channels.filter((channel) => !this.leases.has(channel));
    for (const channel of channels) if (this.leases.has(channel)) this.leases.set(channel, now + leaseMs);
    return lost;
  }

  release(channel: string): void {
    this.leases.delete(channel);
  }

  takeExpired(leaseMs: number, now: number): string[] {
    const expired = [...this.leases]
      .filter(([, until]) => until <= now)
      .slice(0, EXPIRED_AT_ONCE)
      .map(([channel]) => channel);
    for (const channel of expired) this.leases.set(channel, now + leaseMs);
    return expired;
  }

  sweep(count: number, now: number): void {
    this.keys.sweep(count, now);
    const today = dayOf(now);
    for (const [name, { day, channels }] of this.owners) {
      if (day !== today && ![...channels].some((channel) => this.leases.has(channel))) this.owners.delete(name);
    }
  }

  private limitReached({ name, atOnce, aDay }: RelayOwner, now: number): 'atOnce' | 'aDay' | undefined {
    const owned = this.ownedBy(name, now);
    for (const channel of owned.channels) if ((this.leases.get(channel) ?? 0) <= now) owned.channels.delete(channel);
    if (atOnce > 0 && owned.channels.size >= atOnce) return 'atOnce';
    return aDay > 0 && owned.count >= aDay ? 'aDay' : undefined;
  }

  private ownedBy(name: string, now: number): Owned {
    const day = dayOf(now);
    let owned = this.owners.get(name);
    if (owned === undefined) this.owners.set(name, (owned = { channels: new Set(), day, count: 0 }));
    if (owned.day !== day) Object.assign(owned, { day, count: 0 });
    return owned;
  }
}

const dayOf = (now: number): number => Math.floor(now / DAY_MS);
