import type { Permissions } from '@tetracast/access';
import type { Connection, Sink } from '@tetracast/hub';
import {
  CodedError,
  companionOf,
  type PresenceMode,
  type PublicationRequest,
  type Start,
} from '@tetracast/message-model';
import type { ConnectionPermission } from './access/connection-permission';
import type { ClientQuota } from './limits/client-quota';
import { identifyMember } from './presence/member-identity';
import type { Membership } from './presence/membership';
import { SessionMemberships } from './presence/session-memberships';
import { cancel } from './cancel';
import { publish, type PublishResult, publishValid } from './publish';
import type { SessionServices } from './session-services';

/** What the client asks for when it connects. */
export interface FirstSubscription {
  readonly channels: readonly string[];
  readonly start: Start;
  readonly presence?: PresenceMode | undefined;
  /** Called with the cursor from which the subscription starts, before the first message. */
  readonly onBegin?: ((cursor: string, session: Session) => void) | undefined;
}

export interface SessionOptions {
  /** The client key that the client named. */
  readonly client: string | undefined;
  readonly releasesQuota: boolean;
  /** Each request of the client is a connection. */
  readonly polls: boolean;
}

const NO_MEMBERSHIPS: readonly Membership[] = [];

/**
 * One client's live connection with its permission, its quota and its subscriptions. `openSession` creates it. Every method that
 * serves a request of the client spends its quota first, so that a refused request counts too.
 */
export class Session {
  private permission: ConnectionPermission | undefined;
  /** `undefined` once it has begun. A connection without a token waits for its first. */
  private pending: FirstSubscription | undefined;

  readonly connection: Connection;
  /** When it was opened, in ms since 1970; different for each session of a process. */
  readonly since: number;
  /** The server made up the client key of the connection. */
  private readonly isClientMadeUp: boolean;
  private readonly releasesQuota: boolean;
  private readonly polls: boolean;
  /** `undefined` until it first is a member, as most sessions never are. */
  private memberships: SessionMemberships | undefined;

  constructor(
    private readonly services: SessionServices,
    sink: Sink,
    /** The name of the transport. */
    readonly transport: string,
    readonly quota: ClientQuota,
    { client, releasesQuota, polls }: SessionOptions,
  ) {
    this.isClientMadeUp = client === undefined;
    this.releasesQuota = releasesQuota;
    this.polls = polls;
    this.connection = services.hub.connect(sink, client, this);
    this.since = services.connections.add(this);
  }

  /** What the client may do now. @throws CodedError `unauthorized` until the client has sent its first token */
  get permissions(): Permissions {
    if (this.permission !== undefined && this.pending === undefined) return this.permission.permissions;
    throw new CodedError('unauthorized', 'send an "auth" frame with a token first');
  }

  /** The subject of the client's token. */
  get user(): string | undefined {
    return this.permission?.permissions.subject;
  }

  /** Sets the permission of the connection, and what {@link begin} subscribes to. */
  admit(permission: ConnectionPermission, pending: FirstSubscription): void {
    this.permission = permission;
    this.pending = pending;
  }

  /** Registers the permission of a session that was opened with `registersLater`. @throws CodedError `unauthorized` */
  registerPermission(): void {
    const { services, connection, permissions, namedClient: client } = this;
    this.permission = services.access.openPermission(permissions, connection, { client });
  }

  /**
   * Begins the first subscription; does nothing if it has begun. If it fails, the session is closed.
   * @throws CodedError `unauthorized`, `forbidden`, `too_many_channels`, `invalid_request`; BusUnavailableError
   */
  async begin(): Promise<void> {
    const { pending, permission } = this;
    if (pending === undefined || permission === undefined) return;
    const { channels, start, presence, onBegin } = pending;
    try {
      permission.permissions.requireSubscribe(channels);
      this.pending = undefined;
      await this.subscribeAs(channels, start, presence, (cursor) => onBegin?.(cursor, this));
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
    {
      prepare,
      presence,
    }: { readonly prepare?: () => Promise<void>; readonly presence?: PresenceMode | undefined } = {},
  ): Promise<void> {
    this.quota.spend('subscribe', channels.length);
    this.permissions.requireSubscribe(channels);
    await prepare?.();
    await this.subscribeAs(channels, start, presence, onBegin);
  }

  /** @throws CodedError `rate_limited`, `too_many_channels` */
  unsubscribe(channels: readonly string[]): void {
    this.quota.spend('subscribe', channels.length);
    this.unsubscribeFrom(channels);
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

  /** Asks the publishers of a channel to stop, as {@link cancel} does. Not async, as above. */
  cancel(channel: string): Promise<PublishResult> {
    this.quota.spend('publish');
    return cancel(this.services, channel, this.publishContext);
  }

  /**
   * Subscribes the client to these channels from now on, without its request, and sends it a notice. Resolves to `false` if its token
   * does not allow them all, or if it has too many; to `undefined` if the channels of its connection are fixed, as for a poll.
   */
  async subscribeByServer(channels: readonly string[]): Promise<boolean | undefined> {
    const { connection, permission, pending } = this;
    const { sink } = connection;
    if (!mayChange(sink) || permission === undefined || pending !== undefined) return undefined;
    try {
      permission.permissions.requireSubscribe(channels);
      const before = connection.channels;
      const added = channels.filter((channel) => !before.includes(channel));
      if (added.length === 0) return true;
      await connection.subscribe(added, { kind: 'now' }, (cursor) => {
        sink.sendNotice?.({ type: 'subscribed', channels: added, cursor });
      });
      return !connection.isClosed();
    } catch {
      return false;
    }
  }

  /** Ends the subscriptions to these channels, without a request of the client, and sends it a notice; otherwise as above. */
  unsubscribeByServer(channels: readonly string[]): boolean | undefined {
    const { connection } = this;
    const { sink } = connection;
    if (!mayChange(sink)) return undefined;
    const removed = connection.channels.filter((channel) => channels.includes(channel));
    if (removed.length === 0) return undefined;
    this.unsubscribeFrom(removed);
    sink.sendNotice?.({ type: 'unsubscribed', channels: removed });
    return true;
  }

  /** Ends the subscriptions and the permission, and releases the quota. The transport closes its socket itself. */
  close(): void {
    this.connection.close();
  }

  /** The connection has closed. */
  onClose(): void {
    this.services.connections.remove(this);
    this.memberships?.leaveAll();
    if (this.releasesQuota) this.quota.onClose();
  }

  /** Subscribes, and makes the client a member first, if it asks for that. Without the subscription it does not stay one. */
  private async subscribeAs(
    channels: readonly string[],
    start: Start,
    presence: PresenceMode | undefined,
    onBegin: (cursor: string) => void,
  ): Promise<void> {
    this.connection.requireRoomFor(channels, start);
    const joined = presence === undefined ? NO_MEMBERSHIPS : await this.takePart(channels, presence);
    // With presence also to the joins and leaves.
    const names = presence === undefined ? channels : [...channels, ...channels.map(companionOf)];
    try {
      await this.connection.subscribe(names, start, onBegin);
    } catch (error) {
      this.memberships?.leave(joined);
      throw error;
    }
  }

  /** Makes the client a member of the channels, unless it only observes. Resolves to the new memberships. */
  private async takePart(channels: readonly string[], mode: PresenceMode): Promise<readonly Membership[]> {
    const { services, permissions, connection, polls, namedClient: client, quota } = this;
    services.presence.requireOn(channels);
    permissions.requirePresence(channels);
    const identity =
      mode === 'join' ? identifyMember({ permissions, client, polls, connectionId: () => connection.id }) : undefined;
    if (identity === undefined) return NO_MEMBERSHIPS;
    this.memberships ??= new SessionMemberships(services.presence, polls);
    const owner = { address: quota.address, user: permissions.subject };
    const joined = await this.memberships.join(channels, identity, owner);
    // The connection may have closed meanwhile.
    if (connection.isClosed()) this.memberships.leave(joined);
    return joined;
  }

  private unsubscribeFrom(channels: readonly string[]): void {
    this.connection.unsubscribe([...channels, ...channels.map(companionOf)]);
    this.memberships?.leaveChannels(channels);
  }

  /** The client key, if the client named one. */
  private get namedClient(): string | undefined {
    return this.isClientMadeUp ? undefined : this.connection.client;
  }

  private get publishContext(): Parameters<typeof publish>[2] {
    const { permissions, connection, isClientMadeUp, quota } = this;
    return { client: connection.client, isClientMadeUp, permissions, quota };
  }
}

/** Whether the operator may change the channels of the connection: its client gets a notice. */
function mayChange(sink: Sink): boolean {
  return sink.sendNotice !== undefined && sink.hasFixedChannels !== true;
}
