import { type Permissions, readClaims, type Revocation, Revocations, type TokenClaims } from '@tetracast/access';
import type { InternalListener, Hub } from '@tetracast/hub';
import { CodedError, type Start } from '@tetracast/message-model';
import type { SessionLogger } from '../session-logger';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** The namespace of what the gateway tells itself about access; it has a retention of its own. */
export const ACCESS_NAMESPACE = '$access';
/** Most revocations that are kept. */
export const REVOCATIONS_MAX = 100_000;
/** Most revocations that one process tells a new log at once: all that is asked of the log meanwhile waits behind them. */
export const REVOCATIONS_PER_ROUND = 100;

const REVOKED = `${ACCESS_NAMESPACE}:revoked`;
const RENEWED = '$renewed';

const RETRY_MS = 500;
const FORGET_EVERY_MS = 60_000;

/** A new token for the lines that go by a name, wherever they are. */
interface Renewal {
  readonly name: string;
  readonly claims: TokenClaims;
}

export interface AccessListener {
  onRevoked(): void;
  onRenewed(name: string, claims: TokenClaims): void;
}

/**
 * What all processes tell each other about access, through the log: which tokens are taken back, kept as long as the
 * longest-lived token, and which lines got a new one.
 */
export class AccessFeed {
  private readonly revocations = new Revocations();
  /** Those, as they are told, that a log which began anew may not hold yet. Each time it does, the set is another one. */
  private untold = new Set<string>();
  private isTelling = false;
  private ready = false;
  private stopped = false;
  private forgetter: NodeJS.Timeout | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly revocationTtlMs: number,
    private readonly listener: AccessListener,
    private readonly log: Pick<SessionLogger, 'warn'>,
  ) {}

  /** Begins to listen; resolves once it has heard what is stored. Until then {@link requireReady} refuses. */
  start(): Promise<void> {
    this.forgetter = setInterval(() => {
      this.revocations.forgetBefore(Date.now() - this.revocationTtlMs);
    }, FORGET_EVERY_MS).unref();
    return this.listen();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.forgetter);
  }

  get isReady(): boolean {
    return this.ready;
  }

  /** @throws CodedError `unavailable` while nobody can tell which tokens were taken back. */
  requireReady(): void {
    if (!this.ready) throw new CodedError('unavailable', 'which tokens were revoked is not known yet');
  }

  isRevoked(permissions: Permissions): boolean {
    return this.revocations.size > 0 && this.revocations.covers(permissions);
  }

  /** Resolves once the revocation is stored; every process hears of it in a moment. @throws BusUnavailableError */
  async revoke(revocation: Revocation): Promise<void> {
    await this.tellRevoked(JSON.stringify(revocation));
  }

  /** @throws BusUnavailableError */
  async renew(renewal: Renewal): Promise<void> {
    await this.tell(RENEWED, JSON.stringify(renewal));
  }

  private async listen(): Promise<void> {
    await this.follow(
      REVOKED,
      { kind: 'earliest' },
      {
        onMessage: (data) => {
          this.untold.delete(data);
          // When the log was lost every process tells all it knows: most of that is known here, and no line needs looking at.
          if (this.revocations.add(JSON.parse(data) as Revocation)) this.listener.onRevoked();
        },
        onReset: ({ reason }) => {
          if (reason !== 'trimmed') void this.tellAgain();
        },
      },
    );
    await this.follow(
      RENEWED,
      { kind: 'now' },
      {
        onMessage: (data) => {
          try {
            const { name, claims } = JSON.parse(data) as Renewal;
            this.listener.onRenewed(name, readClaims(claims));
          } catch (error) {
            // Let in by a process of another version or with other settings: nothing for the lines of this one.
            this.log.warn({ err: error }, 'a renewal from another process is refused');
          }
        },
      },
    );
    this.ready = !this.stopped;
  }

  private async follow(channel: string, start: Start, following: InternalListener): Promise<void> {
    for (let isFirst = true; !this.stopped; isFirst = false) {
      try {
        await this.hub.subscribeInternally(channel, start, following);
        return;
      } catch (error) {
        // Once: while the log is away the bus says so again and again.
        if (isFirst) this.log.warn({ err: error }, 'the revocations cannot be read: tokens are refused until they can');
        await setTimeout(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /**
   * The log began anew and has forgotten the revocations; this process has not. Every process does so, and passes over what it
   * hears from another. What is revoked meanwhile does not wait for it.
   */
  private async tellAgain(): Promise<void> {
    this.untold = new Set(this.revocations.all().map((known) => JSON.stringify(known)));
    if (this.isTelling) return;
    this.isTelling = true;
    while (this.untold.size > 0 && !this.stopped) {
      if (await this.tellSome()) continue;
      this.log.warn('not all revocations could be told to the log that began anew: they are told again');
      await setTimeout(RETRY_MS, undefined, { ref: false });
    }
    this.isTelling = false;
  }

  /** @returns whether all of them are stored */
  private async tellSome(): Promise<boolean> {
    // What is stored in one log may be missing in the next, which has a set of its own.
    const { untold } = this;
    const some: string[] = [];
    for (const data of untold) if (some.push(data) === REVOCATIONS_PER_ROUND) break;
    const told = await Promise.allSettled(
      some.map(async (data) => {
        await this.tellRevoked(data);
        untold.delete(data);
      }),
    );
    return told.every(({ status }) => status === 'fulfilled');
  }

  private async tellRevoked(data: string): Promise<void> {
    // The same one from every process when the log began anew: one of them is enough.
    await this.tell(REVOKED, data, createHash('sha256').update(data).digest('base64url'));
  }

  private async tell(channel: string, data: string, idempotencyKey?: string): Promise<void> {
    const once = idempotencyKey === undefined ? {} : { idempotencyKey };
    await this.hub.publish({ channel, event: 'message', data, echo: true, ...once });
  }
}
