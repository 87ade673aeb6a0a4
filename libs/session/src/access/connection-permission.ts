import type { Permissions } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';

/** What one connection may do now; a new token can replace it, and it ends with the connection. */
export interface ConnectionPermission {
  readonly permissions: Permissions;
}

/** The permission of a connection whose client has sent a token, or may still do so. */
export class RenewablePermission implements ConnectionPermission {
  /** Whether the client has got the notice that its token will expire. */
  warned = false;
  /** Its place in the {@link TimeoutQueue}; `undefined` while it waits for nothing. */
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
   * Replaces the permissions by those of another token: of the same subject, if there was a token, and for all channels that
   * the connection is subscribed to. `admit` may still refuse it, such as by the limits of its user.
   *
   * @throws CodedError `forbidden`, or what `admit` throws; the connection then keeps what it had
   */
  renew(permissions: Permissions, admit?: (permissions: Permissions) => void): void {
    const { current, connection } = this;
    if (current.claims !== undefined && current.subject !== permissions.subject) {
      throw new CodedError('forbidden', 'the new token has another subject than the token of this connection');
    }
    permissions.requireSubscribe(connection.channels);
    admit?.(permissions);
    this.current = permissions;
    this.warned = false;
    this.onRenewed?.(permissions);
  }

  /**
   * The same for a token that did not come on the connection itself; the client gets a notice. The first token has to come on
   * the connection: a client without one must not be handed another client's.
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
   * Whether a token that was sent for a name is meant for this connection. The id of a connection cannot be guessed, but a
   * client key is in every message of its client, and anyone may use it: it counts within one subject only.
   */
  isMeantBy(name: string, { subject }: Permissions): boolean {
    return name === this.connection.id || (subject !== undefined && subject === this.current.subject);
  }
}

/** Whose permissions these are and when they expire, as clients see it. */
export function describePermissions({ subject, expiresAtMs }: Permissions): { user?: string; expiresAt?: number } {
  return {
    ...(subject === undefined ? {} : { user: subject }),
    ...(expiresAtMs === undefined ? {} : { expiresAt: expiresAtMs }),
  };
}
