import type { Permissions } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';

/** What one line may do now; it may be renewed, and ends with the line. */
export interface ConnectionPermission {
  readonly permissions: Permissions;
}

/** The permit of a line that somebody brought a token for, or still may. */
export class RenewablePermission implements ConnectionPermission {
  /** Whether the client has been told that its token will expire. */
  warned = false;
  /** What `Deadlines.remove` wants to know. */
  timeoutAt: number | undefined;

  constructor(
    private held: Permissions,
    readonly connection: Connection,
    /** Called with each grant that takes the place of another. */
    private readonly onRenewed: ((permissions: Permissions) => void) | undefined,
  ) {}

  get permissions(): Permissions {
    return this.held;
  }

  /**
   * Takes another grant in place of the one it has: of the same subject, if that one had any, and for all channels that the
   * line is subscribed to. `admit` may still refuse it, by what else is known of its user.
   *
   * @throws CodedError `forbidden`, or what `admit` throws; the line then keeps what it had
   */
  renew(permissions: Permissions, admit?: (permissions: Permissions) => void): void {
    const { held, connection } = this;
    if (held.claims !== undefined && held.subject !== permissions.subject) {
      throw new CodedError('forbidden', 'the new token is of another subject than that of this line');
    }
    permissions.requireSubscribe(connection.channels);
    admit?.(permissions);
    this.held = permissions;
    this.warned = false;
    this.onRenewed?.(permissions);
  }

  /**
   * The same for a grant that did not come on the line itself, and tells the client. A line brings its first token itself:
   * whoever opened it without one must not be handed another's.
   *
   * @throws CodedError `forbidden`
   */
  renewFromElsewhere(permissions: Permissions): void {
    const { connection, held } = this;
    if (held.claims === undefined)
      throw new CodedError('forbidden', 'this line has no token yet, and brings its first itself');
    this.renew(permissions);
    connection.sink.sendNotice?.({
      type: 'authenticated',
      connection: connection.id,
      ...describePermissions(permissions),
    });
  }

  /**
   * Whether a grant that is brought for a name is meant for this line. Nobody guesses the id of a connection, but a client key is
   * in every message of its client, and anyone may take it for a line of his own: it counts within one subject only.
   */
  isMeantBy(name: string, { subject }: Permissions): boolean {
    return name === this.connection.id || (subject !== undefined && subject === this.held.subject);
  }
}

/** Whose a grant is and until when, as clients are told. */
export function describePermissions({ subject, expiresAtMs }: Permissions): { user?: string; expiresAt?: number } {
  return {
    ...(subject === undefined ? {} : { user: subject }),
    ...(expiresAtMs === undefined ? {} : { expiresAt: expiresAtMs }),
  };
}
