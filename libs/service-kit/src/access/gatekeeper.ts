import { defaultAlgorithms, Grant, type TokenClaims, TokenVerifier } from '@tetracast/access';
import type { Bus } from '@tetracast/bus';
import type { Connection, Hub } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { FastifyBaseLogger } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Settings } from '../settings';
import { AccessFeed } from './access-feed';
import { carriedToken } from './carried-token';
import { keysIn } from './keys';
import { LinePermit, type Permit } from './permit';
import { type PermitOptions, Permits } from './permits';
import { Tickets } from './tickets';

/** Says who may do what, the same for every transport: each asks it before anything is subscribed, sent or stored. */
export class Gatekeeper {
  readonly tickets: Tickets;
  private readonly permits: Permits;
  /** Where there are no tokens all lines may do the same. */
  private readonly openPermit: Permit;
  private readonly feed: AccessFeed;

  /** @throws Error if a key is unreadable, or if keys and algorithms do not go together */
  static async create(settings: Settings, bus: Bus, hub: Hub, log: FastifyBaseLogger): Promise<Gatekeeper> {
    const keys = keysIn(settings);
    const everybody = grantEverybody(settings);
    if (keys === undefined) return new Gatekeeper(settings, everybody, undefined, bus, hub, log);
    const { authAlgorithms, authIssuer, authAudience, authLeewayMs, tokenAgeMaxMs } = settings;
    const verifier = await TokenVerifier.create({
      ...keys,
      algorithms: authAlgorithms.length > 0 ? authAlgorithms : defaultAlgorithms(keys),
      issuer: authIssuer,
      audience: authAudience,
      leewayS: authLeewayMs / 1000,
      maxAgeS: tokenAgeMaxMs / 1000,
      jwksTimeoutMs: settings.authTimeoutMs,
      jwksStaleMs: settings.authJwksStaleMs,
      onUnusableKey: (key) => {
        log.warn(key, 'a key of AUTH_JWKS_URL cannot be used; tokens signed with it are refused');
      },
      everybody,
    });
    return new Gatekeeper(settings, everybody, verifier, bus, hub, log);
  }

  private constructor(
    private readonly settings: Settings,
    private readonly everybody: Grant,
    private readonly verifier: TokenVerifier | undefined,
    bus: Bus,
    hub: Hub,
    log: FastifyBaseLogger,
  ) {
    const { revocationTtlMs } = settings;
    this.tickets = new Tickets(bus, settings, (claims) => this.grantOfKnown(claims));
    this.permits = new Permits(settings);
    this.openPermit = { grant: everybody };
    this.feed = new AccessFeed(
      hub,
      revocationTtlMs,
      {
        onRevoked: () => {
          this.permits.endThose((grant) => this.feed.isRevoked(grant));
        },
        onRenewed: (name, claims) => {
          this.renewHere(name, this.grantOfKnown(claims));
        },
      },
      log,
    );
    if (verifier !== undefined) void this.feed.start();
  }

  /** Whether there are no keys, and so no tokens: a token that is brought all the same is not looked at. */
  get isOpen(): boolean {
    return this.verifier === undefined;
  }

  /** `false` while tokens cannot be let in, since nobody can tell which were revoked. */
  get isReady(): boolean {
    return this.isOpen || this.feed.isReady;
  }

  /**
   * What the bearer of a token may do; without one, what everybody may.
   * @throws CodedError `unauthorized`; `unavailable` while keys or revocations cannot be read
   */
  async grantFor(token: string | undefined): Promise<Grant> {
    if (this.verifier === undefined || token === undefined) return this.everybody;
    this.feed.requireReady();
    return this.notRevoked(await this.verifier.verify(token));
  }

  /** The same for the token that a request brings, if any. */
  async grantOf(request: Pick<IncomingMessage, 'headers' | 'url'>): Promise<Grant> {
    return this.isOpen ? this.everybody : this.grantFor(carriedToken(request));
  }

  /** The same for the ticket of an event stream. @throws CodedError also `forbidden`; BusUnavailableError */
  async grantForTicket(ticket: string, channels: readonly string[]): Promise<Grant> {
    if (this.isOpen) return this.everybody;
    this.feed.requireReady();
    return this.tickets.redeem(ticket, channels);
  }

  /** Watches over a line with this grant, from now until it is gone. @throws CodedError `unauthorized` */
  permit(grant: Grant, connection: Connection, options?: PermitOptions): Permit {
    if (this.isOpen) return this.openPermit;
    return this.permits.add(this.notRevoked(grant), connection, options);
  }

  /** Has a line without a token wait for one; it is ended if none comes in time. */
  expectToken(permit: Permit): void {
    if (permit instanceof LinePermit) this.permits.expectToken(permit, this.settings.authTimeoutMs);
  }

  /**
   * A new token on the line itself; `admit` is asked before it takes the place of the old one.
   * @throws CodedError `unauthorized`, `forbidden`, `invalid_request` without tokens, and what `admit` throws
   */
  async renew(permit: Permit, token: string, admit?: (grant: Grant) => void): Promise<Grant> {
    if (!(permit instanceof LinePermit)) {
      throw new CodedError('invalid_request', 'this gateway is open: there is nothing to authenticate');
    }
    const grant = await this.grantFor(token);
    this.permits.renew(permit, grant, admit);
    return grant;
  }

  /**
   * A new token for the lines that go by a name, here or in another process: a connection's id, or a client key.
   * @returns whether there were such here; the others are told by their own process
   * @throws CodedError `forbidden`; BusUnavailableError
   */
  async renewByName(name: string, grant: Grant): Promise<boolean> {
    if (grant.claims === undefined) throw new CodedError('unauthorized', 'a new token is needed');
    const permits = this.permits.find(name, grant);
    for (const permit of permits) this.permits.renewFromElsewhere(permit, grant);
    if (permits.length === 0) await this.feed.renew({ name, claims: grant.claims });
    return permits.length > 0;
  }

  /** Takes tokens back, everywhere. @throws CodedError `forbidden`; BusUnavailableError */
  async revoke(grant: Grant, what: { jti?: string; sub?: string }): Promise<void> {
    if (!grant.isAdmin) throw new CodedError('forbidden', 'only a token with "admin" may revoke others');
    await this.feed.revoke({ ...what, at: Date.now() });
  }

  close(): void {
    this.feed.stop();
  }

  /** What the claims of a token allow that was let in earlier, or by another process. @throws CodedError `unauthorized` */
  private grantOfKnown(claims: TokenClaims): Grant {
    return this.notRevoked(Grant.of(this.verifier?.limited(claims) ?? claims, this.everybody));
  }

  private notRevoked(grant: Grant): Grant {
    if (this.feed.isRevoked(grant)) throw new CodedError('unauthorized', 'The token was revoked');
    return grant;
  }

  private renewHere(name: string, grant: Grant): void {
    for (const permit of this.permits.find(name, grant)) {
      // After a failover of the log what was said before is heard again: the line may have a later token by now.
      if (endOf(grant) < endOf(permit.grant)) continue;
      try {
        this.permits.renewFromElsewhere(permit, grant);
      } catch {
        // Not for this line: it keeps the token it has.
      }
    }
  }
}

const endOf = ({ expiresAtMs = Infinity }: Grant): number => expiresAtMs;

/** What may be done without a token: where there are no keys everything, unless that is said. */
function grantEverybody(settings: Settings): Grant {
  const unset = keysIn(settings) === undefined ? ['*'] : [];
  return Grant.anonymous(orElse(settings.publicSubscribe, unset), orElse(settings.publicPublish, unset));
}

const orElse = (given: string[], unset: string[]): string[] => (given.length > 0 ? given : unset);
