import { TokenBucket } from './token-bucket';
import type { Action, Limits, RateName } from './limits';

/** Minimum number of refused requests a second on one connection that are not abuse: to refuse one costs little. */
const REFUSED_RATE_MIN = 20;

/** This many channels cost as much as one request: the server opens each, and keeps it open for some time. */
const CHANNELS_PER_REQUEST = 10;

/** The rates of one connection, for the actions that its client has used. */
export type ConnectionRates = Partial<Record<RateName, TokenBucket>>;

/**
 * What one connection, or one plain request, has used of its limits. It counts for its address and, once the client is
 * authenticated, for its user.
 */
export class ClientQuota {
  private refused: TokenBucket | undefined;
  private abuses = false;
  private isCounted = false;

  constructor(
    private readonly limits: Limits,
    readonly address: string,
    private user: string | undefined,
    private own?: ConnectionRates,
  ) {}

  /** Requires that one more connection is allowed. @throws CodedError `overloaded`, `rate_limited` */
  requireRoom(): void {
    this.limits.connections.requireRoom(this.address, this.user);
  }

  /** Whether one more connection is allowed. */
  get hasRoom(): boolean {
    return this.limits.connections.hasRoom(this.address, this.user);
  }

  /** Counts one more connection, until {@link onClose} is called. @throws CodedError as {@link requireRoom} */
  addConnection(): void {
    this.requireRoom();
    this.limits.connections.add(this.address, this.user);
    this.isCounted = true;
  }

  /** Whether its connection is counted. */
  get hasConnection(): boolean {
    return this.isCounted;
  }

  onClose(): void {
    if (!this.isCounted) return;
    this.isCounted = false;
    this.limits.connections.remove(this.address, this.user);
  }

  /**
   * Sets the user. The connection, and `action` on so many channels, count for the user too. Without a `user` the quota keeps the
   * one it has: on a Socket.IO connection one namespace may have a token and another none.
   *
   * @throws CodedError `rate_limited` if the user has too many connections, or its rate is spent
   */
  identify(user: string | undefined, action?: Action, channels = 1): void {
    if (user === undefined || user === this.user) return;
    if (this.isCounted) this.limits.connections.move(this.user, user);
    this.user = user;
    const { limits } = this;
    if (action !== undefined) limits.spendShared(action, 'user', user, limits.runtime.monotonicMs(), costOf(channels));
  }

  /** Spends the rate of an action on so many channels. @throws CodedError `rate_limited` */
  spend(action: RateName, channels = 1): void {
    const { limits, address, user } = this;
    const now = limits.runtime.monotonicMs();
    const rate = limits.connectionRate(action);
    const cost = costOf(channels);
    // The connection comes first, so that its refused requests do not count for the others of its address.
    if (rate > 0 && !((this.own ??= {})[action] ??= new TokenBucket(rate, now)).take(now, cost)) {
      this.noteRefusal(rate, now);
      throw limits.refuse(
        'rate_limited',
        action,
        `"${action}" is limited to ${rate} a second on one connection: try again later`,
      );
    }
    try {
      if (user !== undefined) limits.spendShared(action, 'user', user, now, cost);
      limits.spendShared(action, 'ip', address, now, cost);
    } catch (error) {
      this.noteRefusal(rate, now);
      throw error;
    }
  }

  /** Spends the rate of the channel's namespace, if it has one. @throws CodedError `rate_limited` */
  spendNamespace(channel: string): void {
    const name = this.limits.namespaceRate(channel);
    if (name !== undefined) this.spend(name);
  }

  /** Whether the server refused so many requests that the transport may close the connection. */
  get isAbusive(): boolean {
    return this.abuses;
  }

  private noteRefusal(rate: number, now: number): void {
    this.refused ??= new TokenBucket(Math.max(rate, REFUSED_RATE_MIN), now);
    if (!this.refused.take(now)) this.abuses = true;
  }
}

const costOf = (channels: number): number => Math.max(1, Math.ceil(channels / CHANNELS_PER_REQUEST));
