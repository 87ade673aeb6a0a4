import { type Permissions, readClaims, type Revocation, Revocations, type TokenClaims } from '@tetracast/access';
import type { InternalListener, Hub } from '@tetracast/hub';
import { CodedError, type Start } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { SessionLogger } from '../session-logger';
import { createHash } from 'node:crypto';

/** The namespace in which the processes inform each other about access; it has its own retention. */
export const ACCESS_NAMESPACE = '$access';
/** Maximum number of revocations that are kept. */
export const REVOCATIONS_MAX = 100_000;
/** Maximum number of revocations that one process writes to a new message log at once: every other command waits behind them. */
export const REVOCATIONS_PER_ROUND = 100;

const REVOKED = `${ACCESS_NAMESPACE}:revoked`;
const RENEWED = '$renewed';

const RETRY_MS = 500;
const FORGET_EVERY_MS = 60_000;

/** A new token for the connections of a name, in whichever process they are. */
interface Renewal {
  readonly name: string;
  readonly claims: TokenClaims;
}

export interface AccessListener {
  onRevoked(): void;
  onRenewed(name: string, claims: TokenClaims): void;
}

/**
 * Carries between all processes, through the message log, which tokens are revoked, kept as long as the longest-lived token,
 * and which connections got a new one.
 */
export class AccessFeed {
  private readonly revocations = new Revocations();
  /** Encoded revocations that a new message log may not hold yet. Each new log gets a new set. */
  private unsent = new Set<string>();
  private isSending = false;
  private ready = false;
  private stopped = false;
  private forgetter: NodeJS.Timeout | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly revocationTtlMs: number,
    private readonly listener: AccessListener,
    private readonly logger: Pick<SessionLogger, 'warn'>,
    private readonly runtime: Runtime,
  ) {}

  /** Subscribes; resolves once all stored revocations have been read. Until then {@link requireReady} throws. */
  start(): Promise<void> {
    this.forgetter = this.runtime
      .setInterval(() => {
        this.revocations.forgetBefore(this.runtime.now() - this.revocationTtlMs);
      }, FORGET_EVERY_MS)
      .unref();
    return this.subscribeAll();
  }

  stop(): void {
    this.stopped = true;
    this.runtime.clearInterval(this.forgetter);
  }

  get isReady(): boolean {
    return this.ready;
  }

  /** @throws CodedError `unavailable` while the server does not know which tokens were revoked. */
  requireReady(): void {
    if (!this.ready)
      throw new CodedError('unavailable', 'the server does not know yet which tokens were revoked: try again later');
  }

  isRevoked(permissions: Permissions): boolean {
    return this.revocations.size > 0 && this.revocations.covers(permissions);
  }

  /** Resolves once the revocation is stored; every process receives it in a moment. @throws BusUnavailableError */
  async revoke(revocation: Revocation): Promise<void> {
    await this.sendRevoked(JSON.stringify(revocation));
  }

  /** @throws BusUnavailableError */
  async renew(renewal: Renewal): Promise<void> {
    await this.send(RENEWED, JSON.stringify(renewal));
  }

  private async subscribeAll(): Promise<void> {
    await this.subscribe(
      REVOKED,
      { kind: 'earliest' },
      {
        onMessage: (data) => {
          this.unsent.delete(data);
          // When the log was lost every process sends all it knows: what is known here already concerns no connection.
          if (this.revocations.add(JSON.parse(data) as Revocation)) this.listener.onRevoked();
        },
        onReset: ({ reason }) => {
          if (reason !== 'trimmed') void this.sendAllAgain();
        },
      },
    );
    await this.subscribe(
      RENEWED,
      { kind: 'now' },
      {
        onMessage: (data) => {
          try {
            const { name, claims } = JSON.parse(data) as Renewal;
            this.listener.onRenewed(name, readClaims(claims));
          } catch (error) {
            // Accepted by a process of another version or with other settings: not for the connections of this one.
            this.logger.warn({ err: error }, 'a renewal from another process is refused');
          }
        },
      },
    );
    this.ready = !this.stopped;
  }

  private async subscribe(channel: string, start: Start, listener: InternalListener): Promise<void> {
    for (let isFirst = true; !this.stopped; isFirst = false) {
      try {
        await this.hub.subscribeInternally(channel, start, listener);
        return;
      } catch (error) {
        // Once: while the message log cannot be reached the bus logs that repeatedly.
        if (isFirst)
          this.logger.warn({ err: error }, 'the revocations cannot be read: tokens are refused until they can');
        await this.pause();
      }
    }
  }

  /**
   * A new message log has none of the revocations; this process has them and writes them again. Every process does so, and
   * leaves out what it receives from another. A new revocation does not wait for it.
   */
  private async sendAllAgain(): Promise<void> {
    this.unsent = new Set(this.revocations.all().map((known) => JSON.stringify(known)));
    if (this.isSending) return;
    this.isSending = true;
    while (this.unsent.size > 0 && !this.stopped) {
      if (await this.sendSome()) continue;
      this.logger.warn('not all revocations could be written to the new message log: the server tries again');
      await this.pause();
    }
    this.isSending = false;
  }

  /** @returns whether all of them are stored */
  private async sendSome(): Promise<boolean> {
    // What is stored in one log may be missing in the next, which has another set.
    const { unsent } = this;
    const some: string[] = [];
    for (const data of unsent) if (some.push(data) === REVOCATIONS_PER_ROUND) break;
    const results = await Promise.allSettled(
      some.map(async (data) => {
        await this.sendRevoked(data);
        unsent.delete(data);
      }),
    );
    return results.every(({ status }) => status === 'fulfilled');
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => this.runtime.setTimeout(resolve, RETRY_MS).unref());
  }

  private async sendRevoked(data: string): Promise<void> {
    // Every process writes the same one to a new log: one of them is enough.
    await this.send(REVOKED, data, createHash('sha256').update(data).digest('base64url'));
  }

  private async send(channel: string, data: string, idempotencyKey?: string): Promise<void> {
    const once = idempotencyKey === undefined ? {} : { idempotencyKey };
    await this.hub.publish({ channel, event: 'message', data, echo: true, ...once });
  }
}
