import { defaultAlgorithms, Permissions, type TokenClaims, TokenVerifier } from '@tetracast/access';
import type { KeyValueStore } from '@tetracast/bus';
import type { Connection, Hub } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { SessionLogger } from '../session-logger';
import type { IncomingMessage } from 'node:http';
import type { AccessSettings } from '../session-settings';
import { AccessFeed } from './access-feed';
import { extractToken } from './extract-token';
import { configuredKeys } from './configured-keys';
import { RenewablePermission, type ConnectionPermission } from './connection-permission';
import { type PermissionOptions, ConnectionPermissions } from './connection-permissions';
import { Tickets } from './tickets';

/** What access control works with. */
export interface AccessContext {
  readonly settings: AccessSettings;
  readonly store: KeyValueStore;
  readonly hub: Hub;
  readonly logger: SessionLogger;
  readonly runtime: Runtime;
}

/** Decides what each client may do, for every transport: it is asked before anything is subscribed, sent or stored. */
export class AccessControl {
  readonly tickets: Tickets;
  private readonly openPermissions: ConnectionPermissions;
  /** Without keys there are no tokens, and all connections may do the same. */
  private readonly sharedPermission: ConnectionPermission;
  private readonly feed: AccessFeed;

  /** @throws Error if a key is unreadable, or if keys and algorithms do not go together */
  static async create(context: AccessContext): Promise<AccessControl> {
    const { settings, logger, runtime } = context;
    const keys = configuredKeys(settings);
    const everybody = publicPermissions(settings);
    if (keys === undefined) return new AccessControl(context, everybody, undefined);
    const { authAlgorithms, authIssuer, authAudience, authLeewayMs, maxTokenAgeMs } = settings;
    const verifier = await TokenVerifier.create({
      ...keys,
      algorithms: authAlgorithms.length > 0 ? authAlgorithms : defaultAlgorithms(keys),
      issuer: authIssuer,
      audience: authAudience,
      leewayS: authLeewayMs / 1000,
      maxAgeS: maxTokenAgeMs / 1000,
      jwksTimeoutMs: settings.authTimeoutMs,
      jwksStaleMs: settings.jwksStaleMs,
      onUnusableKey: (key) => {
        logger.warn(key, 'a key of AUTH_JWKS_URL cannot be used; tokens signed with it are refused');
      },
      everybody,
      runtime,
    });
    return new AccessControl(context, everybody, verifier);
  }

  private constructor(
    private readonly context: AccessContext,
    private readonly everybody: Permissions,
    private readonly verifier: TokenVerifier | undefined,
  ) {
    const { settings, store, hub, logger, runtime } = context;
    this.tickets = new Tickets(store, settings, runtime, (claims) => this.permissionsOfKnownToken(claims));
    this.openPermissions = new ConnectionPermissions(settings, runtime);
    this.sharedPermission = { permissions: everybody };
    this.feed = new AccessFeed(
      hub,
      settings.revocationTtlMs,
      {
        onRevoked: () => {
          this.openPermissions.endConnectionsWhere((permissions) => this.feed.isRevoked(permissions));
        },
        onRenewed: (name, claims) => {
          this.renewHere(name, this.permissionsOfKnownToken(claims));
        },
      },
      logger,
      runtime,
    );
    if (verifier !== undefined) void this.feed.start();
  }

  /** Whether there are no keys, and so no tokens: a token that a client sends all the same is ignored. */
  get isOpen(): boolean {
    return this.verifier === undefined;
  }

  /** `false` while the server refuses all tokens, since it does not know which were revoked. */
  get isReady(): boolean {
    return this.isOpen || this.feed.isReady;
  }

  /**
   * What a token allows; without one, what everybody may do.
   * @throws CodedError `unauthorized`; `unavailable` while keys or revocations cannot be read
   */
  async permissionsForToken(token: string | undefined): Promise<Permissions> {
    if (this.verifier === undefined || token === undefined) return this.everybody;
    this.feed.requireReady();
    return this.notRevoked(await this.verifier.verify(token));
  }

  /** The same for the token that a request carries, if any. */
  async permissionsForRequest(request: Pick<IncomingMessage, 'headers' | 'url'>): Promise<Permissions> {
    return this.isOpen ? this.everybody : this.permissionsForToken(extractToken(request));
  }

  /** The same for the ticket of an event stream. @throws CodedError also `forbidden`; BusUnavailableError */
  async permissionsForTicket(ticket: string, channels: readonly string[]): Promise<Permissions> {
    if (this.isOpen) return this.everybody;
    this.feed.requireReady();
    return this.tickets.redeem(ticket, channels);
  }

  /**
   * Registers what a connection may do until it closes: its token can be renewed and revoked, and expires.
   * @throws CodedError `unauthorized` if the token has been revoked meanwhile
   */
  openPermission(permissions: Permissions, connection: Connection, options?: PermissionOptions): ConnectionPermission {
    if (this.isOpen) return this.sharedPermission;
    return this.openPermissions.add(this.notRevoked(permissions), connection, options);
  }

  /** Has a ticket stand for each new token of its stream, so that a reconnect does not go back to the old one. */
  ticketRenewal(ticket: string, channels: readonly string[]): (permissions: Permissions) => void {
    return (permissions) => {
      // What is not stored now lasts as long as the token before; the next renewal tries again.
      this.tickets.renew(ticket, permissions, channels).catch(() => undefined);
    };
  }

  /** Has a connection without a token wait for one; it is ended if none comes within 10 s. */
  expectToken(permission: ConnectionPermission): void {
    if (permission instanceof RenewablePermission)
      this.openPermissions.expectToken(permission, this.context.settings.authTimeoutMs);
  }

  /**
   * Accepts a new token that came on the connection itself. `admit` is called before it takes the place of the old one.
   * @throws CodedError `unauthorized`, `forbidden`, `invalid_request` without tokens, and what `admit` throws
   */
  async renew(
    permission: ConnectionPermission,
    token: string,
    admit?: (permissions: Permissions) => void,
  ): Promise<Permissions> {
    if (!(permission instanceof RenewablePermission)) {
      throw new CodedError('invalid_request', 'this gateway is open: there is nothing to authenticate');
    }
    const permissions = await this.permissionsForToken(token);
    this.openPermissions.renew(permission, permissions, admit);
    return permissions;
  }

  /**
   * Accepts a new token for the connections of a name, here or in another process: a connection's id, or a client key.
   * @returns whether there were such here; otherwise their own process renews them
   * @throws CodedError `forbidden`; BusUnavailableError
   */
  async renewByName(name: string, permissions: Permissions): Promise<boolean> {
    if (permissions.claims === undefined) throw new CodedError('unauthorized', 'send the new token with the request');
    const openPermissions = this.openPermissions.find(name, permissions);
    for (const permission of openPermissions) this.openPermissions.renewFromElsewhere(permission, permissions);
    if (openPermissions.length === 0) await this.feed.renew({ name, claims: permissions.claims });
    return openPermissions.length > 0;
  }

  /** Revokes tokens, in every process. @throws CodedError `forbidden`; BusUnavailableError */
  async revoke(permissions: Permissions, what: { jti?: string; sub?: string }): Promise<void> {
    if (!permissions.isAdmin) throw new CodedError('forbidden', 'only a token with "admin" may revoke others');
    await this.feed.revoke({ ...what, at: this.context.runtime.now() });
  }

  close(): void {
    this.feed.stop();
  }

  /** What the claims of a token allow that was accepted earlier, or by another process. @throws CodedError `unauthorized` */
  private permissionsOfKnownToken(claims: TokenClaims): Permissions {
    return this.notRevoked(Permissions.of(this.verifier?.limited(claims) ?? claims, this.everybody));
  }

  private notRevoked(permissions: Permissions): Permissions {
    if (this.feed.isRevoked(permissions)) throw new CodedError('unauthorized', 'The token was revoked');
    return permissions;
  }

  private renewHere(name: string, permissions: Permissions): void {
    for (const permission of this.openPermissions.find(name, permissions)) {
      // After a failover of the message log an earlier renewal comes again: the connection may have a later token by now.
      if (endOf(permissions) < endOf(permission.permissions)) continue;
      try {
        this.openPermissions.renewFromElsewhere(permission, permissions);
      } catch {
        // Not for this connection: it keeps the token it has.
      }
    }
  }
}

const endOf = ({ expiresAtMs = Infinity }: Permissions): number => expiresAtMs;

/** What may be done without a token: as the settings say; by default everything where there are no keys, else nothing. */
function publicPermissions(settings: AccessSettings): Permissions {
  const unset = configuredKeys(settings) === undefined ? ['*'] : [];
  return Permissions.anonymous(orElse(settings.publicSubscribe, unset), orElse(settings.publicPublish, unset));
}

const orElse = (given: readonly string[], unset: readonly string[]): string[] => [
  ...(given.length > 0 ? given : unset),
];
