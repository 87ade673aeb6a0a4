import type { ConnectionSettings } from '../session-settings';
import type { Refuse } from './refusals';

const REFUSALS: Readonly<Record<'process' | 'address' | 'user', Parameters<Refuse>>> = {
  process: ['overloaded', 'connections', 'the server has no room for another connection: try again later'],
  address: ['rate_limited', 'connections_per_ip', 'this address has too many connections: close one'],
  user: ['rate_limited', 'connections_per_user', 'this user has too many connections: close one'],
};

/** The connections of this process: in total, by address, and by user. */
export class ConnectionLimits {
  private total = 0;
  private readonly byAddress = new Map<string, number>();
  private readonly byUser = new Map<string, number>();

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly refuse: Refuse,
  ) {}

  /** Whether one more connection is allowed. */
  hasRoom(address: string, user?: string): boolean {
    return this.reached(address, user) === undefined;
  }

  /** @throws CodedError if no more is allowed: `overloaded` in the process, `rate_limited` for the address or the user */
  requireRoom(address: string, user?: string): void {
    const reached = this.reached(address, user);
    if (reached !== undefined) throw this.refuse(...REFUSALS[reached]);
  }

  /** Counts one more connection. */
  add(address: string, user?: string): void {
    this.total++;
    add(this.byAddress, address, 1);
    if (user !== undefined) add(this.byUser, user, 1);
  }

  remove(address: string, user?: string): void {
    this.total--;
    add(this.byAddress, address, -1);
    if (user !== undefined) add(this.byUser, user, -1);
  }

  /** Counts a connection for another user. @throws CodedError `rate_limited` */
  move(from: string | undefined, to: string | undefined): void {
    if (from === to) return;
    if (to !== undefined) {
      if (this.isFullUser(to)) throw this.refuse(...REFUSALS.user);
      add(this.byUser, to, 1);
    }
    if (from !== undefined) add(this.byUser, from, -1);
  }

  private reached(address: string, user: string | undefined): keyof typeof REFUSALS | undefined {
    const { maxConnections, maxConnectionsPerIp } = this.settings;
    if (this.total >= maxConnections) return 'process';
    if (isFull(this.byAddress, address, maxConnectionsPerIp)) return 'address';
    return user !== undefined && this.isFullUser(user) ? 'user' : undefined;
  }

  private isFullUser(user: string): boolean {
    return isFull(this.byUser, user, this.settings.maxConnectionsPerUser);
  }
}

/** 0 is no limit. */
function isFull(counts: ReadonlyMap<string, number>, name: string, most: number): boolean {
  return most > 0 && (counts.get(name) ?? 0) >= most;
}

function add(counts: Map<string, number>, name: string, change: number): void {
  const count = (counts.get(name) ?? 0) + change;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}
