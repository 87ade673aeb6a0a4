import { TokenBucket } from './token-bucket';
import type { Action, Limits } from './limits';

/** Requests a second that may be refused on one line, however few may be served: to refuse one costs little. */
const REFUSED_RATE_MIN = 20;

/** So many channels cost as much as one request: each has to be opened, and is kept open a while. */
const CHANNELS_PER_REQUEST = 10;

/** The rates of one connection, as far as it has asked for anything. */
export type ConnectionRates = Partial<Record<Action, TokenBucket>>;

/**
 * Who asks: one line, or one request without a line, as its limits see it. What it has counts for its address and, once it is
 * known, for its user.
 */
export class ClientQuota {
  private refused: TokenBucket | undefined;
  private abuses = false;
  private isIn = false;

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

  /** The same, for who will be told why by another way. */
  get hasRoom(): boolean {
    return this.limits.connections.hasRoom(this.address, this.user);
  }

  /** Has one more connection, until it is told to {@link onClose}. @throws CodedError as {@link requireRoom} */
  addConnection(): void {
    this.requireRoom();
    this.limits.connections.add(this.address, this.user);
    this.isIn = true;
  }

  /** Whether it has a connection. */
  get hasConnection(): boolean {
    return this.isIn;
  }

  onClose(): void {
    if (!this.isIn) return;
    this.isIn = false;
    this.limits.connections.remove(this.address, this.user);
  }

  /**
   * It is this user, for whom `action` on so many channels, which it has been let do before that was known, counts as well. Who
   * was known once stays so: on a Socket.IO line one namespace may have a token and another none.
   *
   * @throws CodedError `rate_limited` when that user has enough connections, or does too much
   */
  identify(user: string | undefined, action?: Action, channels = 1): void {
    if (user === undefined || user === this.user) return;
    if (this.isIn) this.limits.connections.move(this.user, user);
    this.user = user;
    if (action !== undefined) this.limits.spendShared(action, 'user', user, performance.now(), costOf(channels));
  }

  /** Does something there is a rate for, on so many channels. @throws CodedError `rate_limited`: nothing may be done */
  spend(action: Action, channels = 1): void {
    const { limits, address, user } = this;
    const now = performance.now();
    const rate = limits.connectionRate(action);
    const cost = costOf(channels);
    // From the narrow to the wide, so that what one line is refused is not taken from all others of its address.
    if (rate > 0 && !((this.own ??= {})[action] ??= new TokenBucket(rate, now)).take(now, cost)) {
      this.noteRefusal(rate, now);
      throw limits.refuse('rate_limited', action, `at most ${rate} a second on one line: ${action}`);
    }
    try {
      if (user !== undefined) limits.spendShared(action, 'user', user, now, cost);
      limits.spendShared(action, 'ip', address, now, cost);
    } catch (error) {
      this.noteRefusal(rate, now);
      throw error;
    }
  }

  /** Whether it has long been refused more often than it may even ask: its line may be cut. */
  get isAbusive(): boolean {
    return this.abuses;
  }

  private noteRefusal(rate: number, now: number): void {
    this.refused ??= new TokenBucket(Math.max(rate, REFUSED_RATE_MIN), now);
    if (!this.refused.take(now)) this.abuses = true;
  }
}

const costOf = (channels: number): number => Math.max(1, Math.ceil(channels / CHANNELS_PER_REQUEST));
