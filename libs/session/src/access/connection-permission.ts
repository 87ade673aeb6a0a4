import type { Permissions } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';

/** What one connection may do now. A new token can replace it. */
export interface ConnectionPermission {
  readonly permissions: Permissions;
}

/** The permission of a connection whose client has sent a token, or can still send one. */
export class RenewablePermission implements ConnectionPermission {
  /** Whether the server has sent the notice that the token will expire. */
  warned = false;
  /** The tick of its timeout in the {@link TimeoutQueue}; `undefined` while it has none. */
  timeoutAt: number | undefined;

  constructor(
    private current: Permissions,
    readonly connection: Connection,
    /** Called with the permissions of each new token. */
    private readonly onRenewed: ((permissions: Permissions) => void) | undefined,
  ) {}

  get permissions(): Permissions {
    return this.current;
  }

  /**
   * Replaces the permissions by those of another token. That token must have the same subject as the old one, if there was one,
   * and allow all channels of the connection. `admit` can still refuse it, for example by the limits of its user.
   *
   * @throws CodedError `forbidden`, or what `admit` throws; the connection then keeps its permissions
   */
  renew(permissions: Permissions, admit?: (permissions: Permissions) => void): void {
    const { current, connection } = this;
    if (current.claims !== undefined && current.subject !== permissions.subject) {
      throw new CodedError('forbidden', 'the new token has another subject: send a token of the same subject');
    }
    permissions.requireSubscribe(connection.channels);
    permissions.requirePresence(connection.observed);
    admit?.(permissions);
    this.current = permissions;
    this.warned = false;
    this.onRenewed?.(permissions);
  }

  /**
   * The same for a token that did not arrive on the connection itself. The server sends the client a notice. The first token must
   * arrive on the connection: otherwise one client could give its token to another.
   *
   * @throws CodedError `forbidden`
   */
  renewFromElsewhere(permissions: Permissions): void {
    const { connection, current } = this;
    if (current.claims === undefined)
      throw new CodedError(
        'forbidden',
        'this connection has no token yet: send its first token on the connection itself',
      );
    this.renew(permissions);
    connection.sink.sendNotice?.({
      type: 'authenticated',
      connection: connection.id,
      ...describePermissions(permissions),
    });
  }

  /**
   * Whether a token for `name` is meant for this connection. The id of a connection cannot be guessed. A client key is in every
   * message of its client, and any client can use it, so the subject must be the same.
   */
  isMeantBy(name: string, { subject }: Permissions): boolean {
    return name === this.connection.id || (subject !== undefined && subject === this.current.subject);
  }
}

/** The user of these permissions and when they expire, as the server sends it to clients. */
export function describePermissions({ subject, expiresAtMs }: Permissions): { user?: string; expiresAt?: number } {
  return {
    ...(subject === undefined ? {} : { user: subject }),
    ...(expiresAtMs === undefined ? {} : { expiresAt: expiresAtMs }),
  };
}
