import { Bucket } from './bucket';
import type { Action, Limits } from './limits';

/** Requests a second that may be refused on one line, however few may be served: to refuse one costs little. */
const REFUSED_RATE_MIN = 20;

/**
 * Who asks: one line, or one request without a line, as its limits see it. What it has counts for its address and, once it is
 * known, for its user.
 */
export class Caller {
  private readonly own: Partial<Record<Action, Bucket>> = {};
  private refused: Bucket | undefined;
  private abuses = false;
  private isIn = false;

  constructor(
    private readonly limits: Limits,
    private readonly address: string,
    private user: string | undefined,
  ) {}

  /** Whether it may have one more connection. @throws CodedError `overloaded`, `rate_limited` */
  check(): void {
    this.limits.connections.check(this.address, this.user);
  }

  /** The same, for who will be told why by another way. */
  get hasRoom(): boolean {
    return this.limits.connections.hasRoom(this.address, this.user);
  }

  /** Has one more connection, until the function that is returned is called. @throws CodedError as {@link check} */
  enter(): () => void {
    this.check();
    this.limits.connections.enter(this.address, this.user);
    this.isIn = true;
    return () => {
      if (!this.isIn) return;
      this.isIn = false;
      this.limits.connections.leave(this.address, this.user);
    };
  }

  /**
   * It is, or is no longer, this user, for whom `action`, which it has been let do before that was known, counts as well.
   * @throws CodedError `rate_limited` when that user has enough connections, or does too much
   */
  identify(user: string | undefined, action?: Action): void {
    if (user === this.user) return;
    if (this.isIn) this.limits.connections.move(this.user, user);
    this.user = user;
    if (user !== undefined && action !== undefined) this.limits.spendShared(action, 'user', user, performance.now());
  }

  /** Does something there is a rate for. @throws CodedError `rate_limited`: nothing may be done */
  spend(action: Action): void {
    const { limits, address, user } = this;
    const now = performance.now();
    const rate = limits.lineRate(action);
    // From the narrow to the wide, so that what one line is refused is not taken from all others of its address.
    if (rate > 0 && !(this.own[action] ??= new Bucket(rate, now)).take(now)) {
      this.noteRefusal(rate, now);
      throw limits.refuse('rate_limited', action, `at most ${rate} a second on one line: ${action}`);
    }
    try {
      if (user !== undefined) limits.spendShared(action, 'user', user, now);
      limits.spendShared(action, 'ip', address, now);
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
    this.refused ??= new Bucket(Math.max(rate, REFUSED_RATE_MIN), now);
    if (!this.refused.take(now)) this.abuses = true;
  }
}
