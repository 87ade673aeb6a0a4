/** For whom a relay counts: a user, or an address. */
export interface RelayOwner {
  readonly name: string;
  /** The maximum number of relays at a time; 0 is no limit. */
  readonly atOnce: number;
  /** The maximum number of relays on one day (UTC); 0 is no limit. */
  readonly aDay: number;
}

/** A relay that a process wants to run. */
export interface RelayRequest {
  /** A new channel. */
  readonly channel: string;
  /** How long the process may be silent before another one ends the relay. */
  readonly leaseMs: number;
  readonly owners: readonly RelayOwner[];
  /** A repeat with the same key gets the channel of the first. Its name includes whose it is. */
  readonly key?: string | undefined;
  readonly keyTtlMs: number;
}

export type RelayAdmission =
  | { readonly kind: 'new' }
  /** The key is known: another relay has this channel. */
  | { readonly kind: 'known'; readonly channel: string }
  | { readonly kind: 'refused'; readonly owner: RelayOwner; readonly limit: 'atOnce' | 'aDay' };

/**
 * The relays of all processes: counts them, and notices when the process of one has died. Every method throws BusUnavailableError
 * while the store cannot be reached.
 */
export interface RelayStore {
  /** Counts a relay for its owners and gives it a lease, in one atomic step. */
  admitRelay(request: RelayRequest): Promise<RelayAdmission>;
  /** Renews leases. Resolves with the channels that have none any more: another process has taken them. */
  renewRelays(channels: readonly string[], leaseMs: number): Promise<readonly string[]>;
  /** The relay has ended. */
  releaseRelay(channel: string): Promise<void>;
  /** Some relays whose lease has expired. The caller has them for `leaseMs`: it ends their channels and releases them. */
  takeExpiredRelays(leaseMs: number): Promise<readonly string[]>;
}

/** The length of the period of `aDay`, in ms. */
export const DAY_MS = 86_400_000;

/** Maximum number of relays that are taken at once. */
export const EXPIRED_AT_ONCE = 100;
