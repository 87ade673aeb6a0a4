import { type Permissions, readClaims, type Revocation, Revocations, type TokenClaims } from '@tetracast/access';
import type { InternalListener, Hub } from '@tetracast/hub';
import { CodedError, type Start } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { SessionLogger } from '../session-logger';
import { createHash } from 'node:crypto';

/** The namespace of the messages about access between processes. It has a separate retention. */
export const ACCESS_NAMESPACE = '$access';
/** Maximum number of revocations in the message log. */
export const REVOCATIONS_MAX = 100_000;
/** Maximum number of revocations that one process writes to a new message log at once. Every other command waits for them. */
export const REVOCATIONS_PER_ROUND = 100;

const REVOKED = `${ACCESS_NAMESPACE}:revoked`;
const RENEWED = '$renewed';

const RETRY_MS = 500;
const FORGET_EVERY_MS = 60_000;

/** A new token for the connections of a name, in any process. */
interface Renewal {
  readonly name: string;
  readonly claims: TokenClaims;
}

export interface AccessListener {
  onRevoked(): void;
  onRenewed(name: string, claims: TokenClaims): void;
}

/**
 * Exchanges two things between all processes, through the message log: which tokens are revoked, and which connections got a
 * new token.
 */
export class AccessFeed {
  private readonly revocations = new Revocations();
  /** Encoded revocations that a new message log may not have yet. For each new message log there is a new set. */
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

  /** Subscribes. Resolves once it has read all stored revocations; until then {@link requireReady} throws. */
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

  /** Resolves once the revocation is stored. Every process then receives it. @throws BusUnavailableError */
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
          // After the message log was lost, every process sends all its revocations. A known one concerns no connection.
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
            // A process of another version, or with other settings, accepted this token.
            this.logger.warn(
              { err: error },
              'the server refuses a new token from another process: run all processes with the same version and settings',
            );
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
        // Logged once, since the bus itself repeats that the message log cannot be reached.
        if (isFirst)
          this.logger.warn({ err: error }, 'the server cannot read the revocations: it refuses tokens until it can');
        await this.pause();
      }
    }
  }

  /**
   * Writes the revocations that this process knows to a new message log, which has none. Every process does so, and leaves out
   * what it receives from the others. A new revocation does not wait for it.
   */
  private async sendAllAgain(): Promise<void> {
    this.unsent = new Set(this.revocations.all().map((known) => JSON.stringify(known)));
    if (this.isSending) return;
    this.isSending = true;
    while (this.unsent.size > 0 && !this.stopped) {
      if (await this.sendSome()) continue;
      this.logger.warn('the server could not write all revocations to the new message log: it tries again');
      await this.pause();
    }
    this.isSending = false;
  }

  /** Writes the next revocations. @returns whether all of them are stored */
  private async sendSome(): Promise<boolean> {
    // Kept, since the set is another one if the message log is replaced meanwhile.
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
    // Every process writes the same revocation to a new message log; the key keeps one of them.
    await this.send(REVOKED, data, createHash('sha256').update(data).digest('base64url'));
  }

  private async send(channel: string, data: string, idempotencyKey?: string): Promise<void> {
    const once = idempotencyKey === undefined ? {} : { idempotencyKey };
    await this.hub.publish({ channel, event: 'message', data, echo: true, ...once });
  }
}
