import type { PresenceChange } from '@tetracast/bus';
import type { MemberIdentity } from './member-identity';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Whose limits a membership counts for. */
export interface MemberOwner {
  readonly address: string;
  readonly user: string | undefined;
}

/** One member of one channel, as this process holds it. */
export class Membership {
  /** Open connections of the member in this process. */
  connections = 0;
  /** Whether this process is to hold it. */
  isWanted = true;
  /** Whether the store has what is wanted. */
  isStored = false;
  /** The tick of its timeout; `undefined` while it has none. */
  timeoutAt: number | undefined;
  /** Until when it stays without a connection, on the monotonic clock. */
  staysUntil = 0;
  private waiting: Waiting[] = [];

  constructor(
    readonly channel: string,
    public identity: MemberIdentity,
    readonly owner: MemberOwner,
  ) {}

  get change(): PresenceChange {
    const { id: member, about, info } = this.identity;
    return { kind: this.isWanted ? 'join' : 'leave', channel: this.channel, member, about, info };
  }

  /** Resolves when the store has it; rejects if the store cannot have it now. */
  whenStored(): Promise<void> {
    if (this.isStored) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  settle(error?: unknown): void {
    for (const { resolve, reject } of this.waiting.splice(0)) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }
}
