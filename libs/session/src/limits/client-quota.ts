import { TokenBucket } from './token-bucket';
import type { Action, Limits } from './limits';

/** Requests a second that may be refused on one connection, however few may be served: to refuse one costs little. */
const REFUSED_RATE_MIN = 20;

/** So many channels cost as much as one request: each has to be opened, and is kept open a while. */
const CHANNELS_PER_REQUEST = 10;

/** The rates of one connection, of the actions it has taken. */
export type ConnectionRates = Partial<Record<Action, TokenBucket>>;

/**
 * What one connection, or one plain request, has used of its limits. It counts for its address and, once that is known, for its
 * user.
 */
export class ClientQuota {
  private refused: TokenBucket | undefined;
  private abuses = false;
  private isCounted = false;

  constructor(
    private readonly limits: Limits,
    private readonly address: string,
    private user: string | undefined,
    private own?: ConnectionRates,
  ) {}

  /** Whether it may have one more connection. @throws CodedError `overloaded`, `rate_limited` */
  requireRoom(): void {
    this.limits.connections.requireRoom(this.address, this.user);
  }

  /** The same, for a transport that says the reason in another way. */
  get hasRoom(): boolean {
    return this.limits.connections.hasRoom(this.address, this.user);
  }

  /** Counts one more connection, until {@link onClose} is called. @throws CodedError as {@link requireRoom} */
  addConnection(): void {
    this.requireRoom();
    this.limits.connections.add(this.address, this.user);
    this.isCounted = true;
  }

  /** Whether it has a connection. */
  get hasConnection(): boolean {
    return this.isCounted;
  }

  onClose(): void {
    if (!this.isCounted) return;
    this.isCounted = false;
    this.limits.connections.remove(this.address, this.user);
  }

  /**
   * The client is this user, for which `action` on so many channels, allowed before the user was known, counts as well. A client
   * that was known once stays so: on a Socket.IO connection one namespace may have a token and another none.
   *
   * @throws CodedError `rate_limited` when that user has enough connections, or does too much
   */
  identify(user: string | undefined, action?: Action, channels = 1): void {
    if (user === undefined || user === this.user) return;
    if (this.isCounted) this.limits.connections.move(this.user, user);
    this.user = user;
    const { limits } = this;
    if (action !== undefined) limits.spendShared(action, 'user', user, limits.runtime.monotonicMs(), costOf(channels));
  }

  /** Spends the rate of an action on so many channels. @throws CodedError `rate_limited`: the action must not be taken */
  spend(action: Action, channels = 1): void {
    const { limits, address, user } = this;
    const now = limits.runtime.monotonicMs();
    const rate = limits.connectionRate(action);
    const cost = costOf(channels);
    // From the narrow to the wide, so that what one connection is refused does not count for all others of its address.
    if (rate > 0 && !((this.own ??= {})[action] ??= new TokenBucket(rate, now)).take(now, cost)) {
      this.noteRefusal(rate, now);
      throw limits.refuse('rate_limited', action, `at most ${rate} a second on one connection: ${action}`);
    }
    try {
      if (user !== undefined) limits.spendShared(action, 'user', user, now, cost);
      limits.spendShared(action, 'ip', address, now, cost);
    } catch (error) {
      this.noteRefusal(rate, now);
      throw error;
    }
  }

  /** Whether it was refused far more often than it may even ask: the transport may close its connection. */
  get isAbusive(): boolean {
    return this.abuses;
  }

  private noteRefusal(rate: number, now: number): void {
    this.refused ??= new TokenBucket(Math.max(rate, REFUSED_RATE_MIN), now);
    if (!this.refused.take(now)) this.abuses = true;
  }
}

const costOf = (channels: number): number => Math.max(1, Math.ceil(channels / CHANNELS_PER_REQUEST));
