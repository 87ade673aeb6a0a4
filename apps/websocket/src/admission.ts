import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { Permissions } from '@tetracast/access';
import type { ClientQuota, ConnectionPermission, SubscriptionRequest } from '@tetracast/session';
import type { WebSocketSink } from './websocket-sink';

/**
 * Lets one WebSocket in: what its URL asks for begins with the token its handshake brought or, where one is needed and there
 * was none, with the first that comes in a frame.
 */
export class Admission {
  private permission: ConnectionPermission | undefined;
  /** What the URL asked for, while it has not begun. */
  private pendingRequest: SubscriptionRequest | undefined;

  constructor(
    private readonly service: Tetracast,
    private readonly connection: Connection,
    private readonly sink: WebSocketSink,
    private readonly quota: ClientQuota,
  ) {}

  /** @throws CodedError `unauthorized`, `forbidden`, `too_many_channels`; BusUnavailableError */
  async begin(request: SubscriptionRequest, token: string | undefined): Promise<void> {
    const { access } = this.service;
    const { length } = request.channels;
    this.quota.spend('subscribe', length);
    const permissions = await access.permissionsForToken(token);
    this.quota.identify(permissions.subject, 'subscribe', length);
    this.permission = access.openPermission(permissions, this.connection, request);
    this.pendingRequest = request;
    if (token === undefined && !isAllowedWithoutToken(permissions, request.channels))
      access.expectToken(this.permission);
    else await this.welcome();
  }

  /** A token in a frame. @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request` */
  async authenticate(token: string): Promise<Permissions> {
    if (this.permission === undefined) throw new CodedError('unauthorized', 'the line has not begun');
    return this.service.access.renew(this.permission, token, ({ subject }) => {
      this.quota.identify(subject);
    });
  }

  /** Begins what the URL asked for, if it has not begun yet. @throws like {@link begin} */
  async welcome(): Promise<void> {
    const { pendingRequest, connection, sink } = this;
    if (pendingRequest === undefined) return;
    this.permission?.permissions.requireSubscribe(pendingRequest.channels);
    this.pendingRequest = undefined;
    const { channels, start } = pendingRequest;
    await connection.subscribe(channels, start, (cursor) => {
      sink.send({ type: 'welcome', connection: connection.id, client: connection.client, cursor });
      if (channels.length > 0) sink.send({ type: 'subscribed', channels, cursor });
    });
  }

  /** What the line may do now. @throws CodedError `unauthorized` while its first token is waited for */
  get permissions(): Permissions {
    if (this.permission !== undefined && this.pendingRequest === undefined) return this.permission.permissions;
    throw new CodedError('unauthorized', 'a token is needed first, in an "auth" frame');
  }
}

/** Whether a client without a token can do what it came for. */
function isAllowedWithoutToken(permissions: Permissions, channels: readonly string[]): boolean {
  return channels.length > 0 ? channels.every((channel) => permissions.maySubscribe(channel)) : !permissions.isNothing;
}
