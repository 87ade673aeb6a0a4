import type { Permissions } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import { CodedError, type PublicationRequest, type Start } from '@tetracast/message-model';
import type { ConnectionPermission } from './access/connection-permission';
import type { ClientQuota } from './limits/client-quota';
import { publish, type PublishResult, publishValid } from './publish';
import type { SessionServices } from './session-services';

/** What the client asks for when it connects. */
export interface FirstSubscription {
  readonly channels: readonly string[];
  readonly start: Start;
  /** Called with the cursor from which the subscription starts, before the first message. */
  readonly onBegin?: ((cursor: string, session: Session) => void) | undefined;
}

/**
 * One client's live connection with its permission, its quota and its subscriptions. `openSession` creates it. Every method that
 * serves a request of the client spends its quota first, so that a refused request counts too.
 */
export class Session {
  private permission: ConnectionPermission | undefined;
  /** `undefined` once it has begun. A connection without a token waits for its first. */
  private pending: FirstSubscription | undefined;

  constructor(
    private readonly services: SessionServices,
    readonly connection: Connection,
    readonly quota: ClientQuota,
    /** The server made up the client key of the connection. */
    private readonly isClientMadeUp: boolean,
  ) {}

  /** What the client may do now. @throws CodedError `unauthorized` until the client has sent its first token */
  get permissions(): Permissions {
    if (this.permission !== undefined && this.pending === undefined) return this.permission.permissions;
    throw new CodedError('unauthorized', 'send an "auth" frame with a token first');
  }

  /** Sets the permission of the connection, and what {@link begin} subscribes to. */
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
   * Begins the first subscription; does nothing if it has begun. If it fails, the session is closed.
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
   * Accepts a token that the client sends on the connection: its first token, or one that replaces it. After the first one call
   * {@link begin}.
   * @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request`; the connection keeps its permission
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
   * Subscribes to more channels. Awaits `prepare` once they are allowed, and calls `onBegin` with the cursor they start from.
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

  /**
   * The same for a publication that has passed `PublicationSchema`. Not async, since that would delay the answer: it must not come
   * after the answer to a later frame.
   */
  publishValid(publication: PublicationRequest): Promise<PublishResult> {
    this.quota.spend('publish');
    return publishValid(this.services, publication, this.publishContext);
  }

  /** Ends the subscriptions and the permission, and releases the quota. The transport closes its socket itself. */
  close(): void {
    this.connection.close();
  }

  private get publishContext(): Parameters<typeof publish>[2] {
    const { permissions, connection, isClientMadeUp } = this;
    return { client: connection.client, isClientMadeUp, permissions };
  }
}
