import { defaultAlgorithms, Permissions, type TokenClaims, TokenVerifier } from '@tetracast/access';
import type { KeyValueStore } from '@tetracast/bus';
import type { Connection, Hub } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { SessionLogger } from '../session-logger';
import type { IncomingMessage } from 'node:http';
import type { AccessSettings, NamespaceSettings } from '../session-settings';
import { AccessFeed } from './access-feed';
import { publicPermissions } from './public-permissions';
import { extractToken } from './extract-token';
import { configuredKeys } from './configured-keys';
import { RenewablePermission, type ConnectionPermission } from './connection-permission';
import { type PermissionOptions, ConnectionPermissions } from './connection-permissions';
import { isTicket, Tickets } from './tickets';

/** What access control works with. */
export interface AccessContext {
  readonly settings: AccessSettings & NamespaceSettings;
  readonly store: KeyValueStore;
  readonly hub: Hub;
  readonly logger: SessionLogger;
  readonly runtime: Runtime;
}

/** Decides what each client may do, on every transport. The server asks it before it subscribes, sends or stores anything. */
export class AccessControl {
  readonly tickets: Tickets;
  private readonly openPermissions: ConnectionPermissions;
  /** Without keys the server accepts no tokens, and all connections have this permission. */
  private readonly sharedPermission: ConnectionPermission;
  private readonly feed: AccessFeed;

  /** @throws Error if a key cannot be read, or if the algorithms do not fit the keys */
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
        logger.warn(key, 'a key of AUTH_JWKS_URL cannot be used: the server refuses tokens that are signed with it');
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

  /** Whether the server has no keys. It then ignores any token that a client sends. */
  get isOpen(): boolean {
    return this.verifier === undefined;
  }

  /** `false` while the server refuses all tokens, because it does not know which were revoked. */
  get isReady(): boolean {
    return this.isOpen || this.feed.isReady;
  }

  /**
   * What a token allows, or the ticket of a relay in its place; without either, what every client may do.
   * @throws CodedError `unauthorized`; `unavailable` while the server cannot read keys or revocations
   */
  async permissionsForToken(token: string | undefined): Promise<Permissions> {
    if (this.verifier === undefined || token === undefined) return this.everybody;
    this.feed.requireReady();
    if (isTicket(token)) return this.tickets.permissionsInPlaceOfToken(token);
    return this.notRevoked(await this.verifier.verify(token));
  }

  /** What the token of a request allows. */
  async permissionsForRequest(request: Pick<IncomingMessage, 'headers' | 'url'>): Promise<Permissions> {
    return this.isOpen ? this.everybody : this.permissionsForToken(extractToken(request));
  }

  /** What the ticket of an event stream allows. @throws CodedError also `forbidden`; BusUnavailableError */
  async permissionsForTicket(ticket: string, channels: readonly string[]): Promise<Permissions> {
    if (this.isOpen) return this.everybody;
    this.feed.requireReady();
    return this.tickets.redeem(ticket, channels);
  }

  /**
   * Registers the permission of a connection until the connection closes. Its token can be renewed and revoked, and it expires.
   * @throws CodedError `unauthorized` if the token was revoked meanwhile
   */
  openPermission(permissions: Permissions, connection: Connection, options?: PermissionOptions): ConnectionPermission {
    if (this.isOpen) return this.sharedPermission;
    return this.openPermissions.add(this.notRevoked(permissions), connection, options);
  }

  /** Returns a function that gives a ticket the new token of its stream, so that a reconnect does not use the old token. */
  ticketRenewal(ticket: string, channels: readonly string[]): (permissions: Permissions) => void {
    return (permissions) => {
      // If this fails, the ticket lasts as long as the old token. The next renewal tries again.
      this.tickets.renew(ticket, permissions, channels).catch(() => undefined);
    };
  }

  /** Ends a connection without a token unless its client sends one within 10 s. */
  expectToken(permission: ConnectionPermission): void {
    if (permission instanceof RenewablePermission)
      this.openPermissions.expectToken(permission, this.context.settings.authTimeoutMs);
  }

  /**
   * Accepts a new token that the client sent on the connection. Calls `admit` before the new token replaces the old one.
   * @throws CodedError `unauthorized`, `forbidden`, `invalid_request` if the server has no keys, and what `admit` throws
   */
  async renew(
    permission: ConnectionPermission,
    token: string,
    admit?: (permissions: Permissions) => void,
  ): Promise<Permissions> {
    if (!(permission instanceof RenewablePermission)) {
      throw new CodedError('invalid_request', 'this server has no keys: do not send a token');
    }
    const permissions = await this.permissionsForToken(token);
    this.openPermissions.renew(permission, permissions, admit);
    return permissions;
  }

  /**
   * Accepts a new token for the connections of a name, which is the id of a connection or a client key.
   * @returns whether this process has such connections; otherwise the process that has them renews them
   * @throws CodedError `forbidden`; BusUnavailableError
   */
  async renewByName(name: string, permissions: Permissions): Promise<boolean> {
    if (permissions.claims === undefined) throw new CodedError('unauthorized', 'send the new token with the request');
    const openPermissions = this.openPermissions.find(name, permissions);
    for (const permission of openPermissions) this.openPermissions.renewFromElsewhere(permission, permissions);
    if (openPermissions.length === 0) await this.feed.renew({ name, claims: permissions.claims });
    return openPermissions.length > 0;
  }

  /**
   * Revokes tokens in every process. The caller has checked that the client may.
   * @throws CodedError `invalid_request` if the server has no keys; BusUnavailableError
   */
  async revoke(what: { jti?: string; sub?: string }): Promise<void> {
    if (this.isOpen)
      throw new CodedError(
        'invalid_request',
        'this server has no keys, and accepts no tokens: there is none to revoke',
      );
    await this.feed.revoke({ ...what, at: this.context.runtime.now() });
  }

  close(): void {
    this.feed.stop();
  }

  /** What a token allows that the server, or another process, has already accepted. @throws CodedError `unauthorized` */
  private permissionsOfKnownToken(claims: TokenClaims): Permissions {
    return this.notRevoked(Permissions.of(this.verifier?.limited(claims) ?? claims, this.everybody));
  }

  private notRevoked(permissions: Permissions): Permissions {
    if (this.feed.isRevoked(permissions)) throw new CodedError('unauthorized', 'the token was revoked: send a new one');
    return permissions;
  }

  private renewHere(name: string, permissions: Permissions): void {
    for (const permission of this.openPermissions.find(name, permissions)) {
      // After a failover of the message log an earlier renewal is announced again. The connection may have a later token now.
      if (endOf(permissions) < endOf(permission.permissions)) continue;
      try {
        this.openPermissions.renewFromElsewhere(permission, permissions);
      } catch {
        // The token is not for this connection, which keeps the one it has.
      }
    }
  }
}

const endOf = ({ expiresAtMs = Infinity }: Permissions): number => expiresAtMs;
