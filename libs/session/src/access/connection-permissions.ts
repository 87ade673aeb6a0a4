import type { Permissions } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import type { Runtime } from '@tetracast/node-io/runtime';
import { TimeoutQueue } from '../timeout-queue';
import { RenewablePermission } from './connection-permission';

/** The precision of the expiry of a token. */
const TICK_MS = 100;

export interface PermissionOptions {
  /** The client key that the client named. Like the id of the connection, it can name the connection of a new token. */
  readonly client?: string | undefined;
  /** Called with the permissions of each new token. */
  readonly onRenewed?: ((permissions: Permissions) => void) | undefined;
}

interface PermissionSettings {
  readonly tokenExpiryWarningMs: number;
  readonly authLeewayMs: number;
}

/** The permissions of all connections of this process, with one timer for all of them. */
export class ConnectionPermissions {
  private readonly open = new Set<RenewablePermission>();
  private readonly byName = new Map<string, Set<RenewablePermission>>();
  private readonly timeouts: TimeoutQueue<RenewablePermission>;

  constructor(
    private readonly settings: PermissionSettings,
    private readonly runtime: Runtime,
  ) {
    this.timeouts = new TimeoutQueue(runtime, TICK_MS, (permission: RenewablePermission) => this.onTimeout(permission));
  }

  /** Registers the permissions of a connection until the connection closes. */
  add(
    permissions: Permissions,
    connection: Connection,
    { client, onRenewed }: PermissionOptions = {},
  ): RenewablePermission {
    const permission = new RenewablePermission(permissions, connection, onRenewed);
    const names = client === undefined ? [connection.id] : [connection.id, client];
    this.open.add(permission);
    for (const name of names) this.permissionsOf(name).add(permission);
    this.schedule(permission);
    // If the connection closed while its token was checked, this is called at once.
    connection.onClose(() => {
      this.open.delete(permission);
      this.unschedule(permission);
      for (const name of names) this.forget(name, permission);
    });
    return permission;
  }

  /** @throws CodedError `forbidden`, or what `admit` throws */
  renew(permission: RenewablePermission, permissions: Permissions, admit?: (permissions: Permissions) => void): void {
    permission.renew(permissions, admit);
    this.schedule(permission);
  }

  /** @throws CodedError `forbidden` */
  renewFromElsewhere(permission: RenewablePermission, permissions: Permissions): void {
    permission.renewFromElsewhere(permissions);
    this.schedule(permission);
  }

  /** The permissions of the connections of a name: the id of a connection, or a client key. See `isMeantBy`. */
  find(name: string, permissions: Permissions): readonly RenewablePermission[] {
    return [...(this.byName.get(name) ?? [])].filter((permission) => permission.isMeantBy(name, permissions));
  }

  /** Ends the connections whose token is revoked. */
  endConnectionsWhere(isRevoked: (permissions: Permissions) => boolean): void {
    for (const permission of [...this.open])
      if (isRevoked(permission.permissions)) permission.connection.end('unauthorized');
  }

  /** Ends the connection unless its client sends a token within `withinMs`. */
  expectToken(permission: RenewablePermission, withinMs: number): void {
    this.unschedule(permission);
    this.wait(permission, withinMs);
  }

  private schedule(permission: RenewablePermission): void {
    this.unschedule(permission);
    const { expiresAtMs } = permission.permissions;
    if (expiresAtMs === undefined) return;
    const { tokenExpiryWarningMs, authLeewayMs } = this.settings;
    const atMs = permission.warned ? expiresAtMs + authLeewayMs : expiresAtMs - tokenExpiryWarningMs;
    this.wait(permission, Math.max(0, atMs - this.runtime.now()));
  }

  private wait(permission: RenewablePermission, ms: number): void {
    // If the connection closed while its new token was checked, nothing would remove it again.
    if (this.open.has(permission)) permission.timeoutAt = this.timeouts.add(permission, ms);
  }

  private unschedule(permission: RenewablePermission): void {
    if (permission.timeoutAt !== undefined) this.timeouts.remove(permission, permission.timeoutAt);
    permission.timeoutAt = undefined;
  }

  private onTimeout(permission: RenewablePermission): void {
    const { connection, permissions, warned } = permission;
    permission.timeoutAt = undefined;
    // Another timeout of the same tick may have ended the connection.
    if (!this.open.has(permission)) return;
    if (permissions.expiresAtMs === undefined) connection.end('unauthorized');
    else if (warned) connection.end('token_expired');
    else {
      permission.warned = true;
      connection.sink.sendNotice?.({
        type: 'token_expiring',
        connection: connection.id,
        expiresAt: permissions.expiresAtMs,
      });
      this.schedule(permission);
    }
  }

  private permissionsOf(name: string): Set<RenewablePermission> {
    let openPermissions = this.byName.get(name);
    if (openPermissions === undefined) this.byName.set(name, (openPermissions = new Set()));
    return openPermissions;
  }

  private forget(name: string, permission: RenewablePermission): void {
    const openPermissions = this.byName.get(name);
    if (openPermissions?.delete(permission) === true && openPermissions.size === 0) this.byName.delete(name);
  }
}
