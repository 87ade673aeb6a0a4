import type { Permissions } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import { CodedError, type PublicationRequest, type Start } from '@tetracast/message-model';
import type { ConnectionPermission } from './access/connection-permission';
import type { ClientQuota } from './limits/client-quota';
import { publish, type PublishResult, publishValid } from './publish';
import type { SessionServices } from './session-services';

/** What the client asked for when it connected. */
export interface FirstSubscription {
  readonly channels: readonly string[];
  readonly start: Start;
  /** Called with the cursor the subscription starts from, before anything of it is written. */
  readonly onBegin?: ((cursor: string, session: Session) => void) | undefined;
}

/**
 * One client's live connection: what it may do, what that costs, and what it is subscribed to. `openSession` makes it. Every
 * method that serves a request of the client spends its quota first, so that a refused request counts as well.
 */
export class Session {
  private permission: ConnectionPermission | undefined;
  /** Kept until it has begun: a connection without a token waits for its first. */
  private pending: FirstSubscription | undefined;

  constructor(
    private readonly services: SessionServices,
    readonly connection: Connection,
    readonly quota: ClientQuota,
    /** The server made up the client key of the connection. */
    private readonly isClientMadeUp: boolean,
  ) {}

  /** What the client may do now. @throws CodedError `unauthorized` while the server waits for the client's first token */
  get permissions(): Permissions {
    if (this.permission !== undefined && this.pending === undefined) return this.permission.permissions;
    throw new CodedError('unauthorized', 'send an "auth" frame with a token first');
  }

  /** Gives the connection its permission, and what to subscribe to once {@link begin} is called. */
  admit(permission: ConnectionPermission, pending: FirstSubscription): void {
    this.permission = permission;
    this.pending = pending;
  }

  /** Registers the permission of a session that was opened with `registersLater`. @throws CodedError `unauthorized` */
  registerPermission(): void {
    const { services, connection, permissions, isClientMadeUp } = this;
    const client = isClientMadeUp ? undefined : connection.client;
    this.permission = services.access.openPermission(permissions, connection, { client });
  }

  /**
   * Begins the first subscription; does nothing if it has begun. When it fails the session is closed.
   * @throws CodedError `unauthorized`, `forbidden`, `too_many_channels`, `invalid_request`; BusUnavailableError
   */
  async begin(): Promise<void> {
    const { pending, permission } = this;
    if (pending === undefined || permission === undefined) return;
    const { channels, start, onBegin } = pending;
    try {
      permission.permissions.requireSubscribe(channels);
      this.pending = undefined;
      await this.connection.subscribe(channels, start, (cursor) => onBegin?.(cursor, this));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Accepts a token that the client sends on the connection: its first, or one that takes the place of the one before. After
   * a first one call {@link begin}.
   * @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request`; the connection keeps what it had
   */
  async authenticate(token: string): Promise<Permissions> {
    const { services, quota, permission, pending } = this;
    quota.spend('subscribe');
    if (permission === undefined) throw new CodedError('unauthorized', 'the connection is closed');
    return services.access.renew(permission, token, ({ subject }) => {
      quota.identify(subject, 'subscribe', pending?.channels.length);
    });
  }

  /**
   * Subscribes to more channels. `prepare` is awaited once they are allowed, `onBegin` is called with the cursor they start from.
   * @throws CodedError `rate_limited`, `unauthorized`, `forbidden`, and what `prepare` and `Connection.subscribe` throw
   */
  async subscribe(
    channels: readonly string[],
    start: Start,
    onBegin: (cursor: string) => void,
    prepare?: () => Promise<void>,
  ): Promise<void> {
    this.quota.spend('subscribe', channels.length);
    this.permissions.requireSubscribe(channels);
    await prepare?.();
    await this.connection.subscribe(channels, start, onBegin);
  }

  /** @throws CodedError `rate_limited`, `too_many_channels` */
  unsubscribe(channels: readonly string[]): void {
    this.quota.spend('subscribe', channels.length);
    this.connection.unsubscribe(channels);
  }

  /** Publishes what `read` returns, as {@link publish} does. @throws CodedError also `rate_limited`, and what `read` throws */
  async publish(read: () => unknown): Promise<PublishResult> {
    this.quota.spend('publish');
    return publish(this.services, read(), this.publishContext);
  }

  /** The same for a publication that has passed its schema. Not async: an answer must not come later than that of a later frame. */
  publishValid(publication: PublicationRequest): Promise<PublishResult> {
    this.quota.spend('publish');
    return publishValid(this.services, publication, this.publishContext);
  }

  /** Ends everything the session has: subscriptions, permission, its place in the limits. The transport closes its socket itself. */
  close(): void {
    this.connection.close();
  }

  private get publishContext(): Parameters<typeof publish>[2] {
    const { permissions, connection, isClientMadeUp } = this;
    return { client: connection.client, isClientMadeUp, permissions };
  }
}
