import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Caller, Grant, Permit, SubscriptionRequest, Tetracast } from '@tetracast/service-kit';
import type { WebSocketSink } from './websocket-sink';

/**
 * Lets one WebSocket in: what its URL asks for begins with the token its handshake brought or, where one is needed and there
 * was none, with the first that comes in a frame.
 */
export class Admission {
  private permit: Permit | undefined;
  /** What the URL asked for, while it has not begun. */
  private asked: SubscriptionRequest | undefined;

  constructor(
    private readonly service: Tetracast,
    private readonly connection: Connection,
    private readonly sink: WebSocketSink,
    private readonly caller: Caller,
  ) {}

  /** @throws CodedError `unauthorized`, `forbidden`, `too_many_channels`; BusUnavailableError */
  async begin(request: SubscriptionRequest, token: string | undefined): Promise<void> {
    const { access } = this.service;
    const { length } = request.channels;
    this.caller.spend('subscribe', length);
    const grant = await access.grantFor(token);
    this.caller.identify(grant.subject, 'subscribe', length);
    this.permit = access.permit(grant, this.connection, request);
    this.asked = request;
    if (token === undefined && !suffices(grant, request.channels)) access.expectToken(this.permit);
    else await this.welcome();
  }

  /** A token in a frame. @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request` */
  async authenticate(token: string): Promise<Grant> {
    if (this.permit === undefined) throw new CodedError('unauthorized', 'the line has not begun');
    return this.service.access.renew(this.permit, token, ({ subject }) => {
      this.caller.identify(subject);
    });
  }

  /** Begins what the URL asked for, if it has not begun yet. @throws like {@link begin} */
  async welcome(): Promise<void> {
    const { asked, connection, sink } = this;
    if (asked === undefined) return;
    this.permit?.grant.requireSubscribe(asked.channels);
    this.asked = undefined;
    const { channels, start } = asked;
    await connection.subscribe(channels, start, (cursor) => {
      sink.send({ type: 'welcome', connection: connection.id, client: connection.client, cursor });
      if (channels.length > 0) sink.send({ type: 'subscribed', channels, cursor });
    });
  }

  /** What the line may do now. @throws CodedError `unauthorized` while its first token is waited for */
  get grant(): Grant {
    if (this.permit !== undefined && this.asked === undefined) return this.permit.grant;
    throw new CodedError('unauthorized', 'a token is needed first, in an "auth" frame');
  }
}

/** Whether a client without a token can do what it came for. */
function suffices(grant: Grant, channels: readonly string[]): boolean {
  return channels.length > 0 ? channels.every((channel) => grant.maySubscribe(channel)) : !grant.isNothing;
}
