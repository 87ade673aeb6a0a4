/** A member as texts, which the store joins to the JSON of a join or a leave. */
export interface MemberTexts {
  /** A JSON object in one line, with at least one member: who it is. */
  readonly about: string;
  /** Any JSON in one line; empty for none. */
  readonly info: string;
}

/** A process takes hold of a member, or lets go of it. */
export interface PresenceChange extends MemberTexts {
  readonly kind: 'join' | 'leave';
  readonly channel: string;
  /** The id of the member in the channel, without a line feed. */
  readonly member: string;
}

/** The answer to a process about its lease. */
export interface Lease {
  readonly epoch: string;
  /** Whether the process has it. Otherwise other processes may have removed its members, and it must take a new name. */
  readonly isHeld: boolean;
  /** Some of the processes whose lease has expired. */
  readonly expired: readonly string[];
}

export interface PresenceOutcome {
  readonly epoch: string;
  /** Whether the process has its lease. If not, nothing was changed. */
  readonly isHeld: boolean;
  /** The joins, by their indexes, that the channel had no room for. */
  readonly refused: readonly number[];
}

export interface MemberPage {
  readonly epoch: string;
  /** The greatest sequence number at the time of the read: the page and what follows it are the members. */
  readonly head: number;
  /** The number of all members. */
  readonly count: number;
  /** Each as JSON: `about` with `since` and `info`. */
  readonly members: readonly string[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

export interface MemberQuery {
  /** `next` of the page before. Default: the first page. Any other text stands for some page, or for one without members. */
  readonly page?: string;
  /** About how many members; 0: none, only their number. */
  readonly limit: number;
}

/**
 * The members of channels, which processes hold by leases. It appends a message to the companion of the channel when the first process
 * takes hold of a member, when the info of the member changes, and when the last process lets go of it: in the same atomic step.
 *
 * The name of a process is letters and digits, and no other process has it or had it. Every method throws BusUnavailableError while the
 * store cannot be reached.
 */
export interface PresenceStore {
  /** Gives a new process a lease, or renews that of one which has it still. The lease ends `leaseMs` from now. */
  renewLease(process: string, leaseMs: number, isNew: boolean): Promise<Lease>;
  /** Makes these changes in their order. A repeat changes nothing. */
  changePresence(process: string, changes: readonly PresenceChange[], maxMembers: number): Promise<PresenceOutcome>;
  /** Lets go of some members of a process whose lease has expired. Resolves to `true` when it holds none. */
  releaseExpired(process: string): Promise<boolean>;
  /** Each member that is there from the first page to the last is on a page; one that comes or goes may be. */
  readMembers(channel: string, query: MemberQuery): Promise<MemberPage>;
}
