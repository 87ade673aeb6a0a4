import type { Permissions } from '@tetracast/access';
import type { Sink } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { IncomingMessage } from 'node:http';
import type { ConnectionPermission } from './access/connection-permission';
import { authenticate, type Credential } from './authenticate-request';
import type { ClientQuota } from './limits/client-quota';
import type { Action } from './limits/limits';
import { type FirstSubscription, Session } from './session';
import type { SessionServices } from './session-services';
import type { SubscriptionRequest } from './subscription-request';

export interface SessionRequest {
  /** The name of the transport, for operators. */
  readonly transport: string;
  /** The action whose rate the session spends. */
  readonly action: Action;
  /** Where the client's messages go. Nothing is written to it before `onBegin`. */
  readonly sink: Sink;
  /** The request of the client. It has the client's address and, without a `credential`, its token. */
  readonly request: IncomingMessage;
  /** What the client sends besides the request. */
  readonly credential?: Credential | undefined;
  readonly subscription: SubscriptionRequest;
  /** Default: one for this session alone. If its connection is already counted, the session neither counts nor releases it. */
  readonly quota?: ClientQuota;
  /** The client can send a token later. Without a permission the session then waits for it. Default `false`. */
  readonly tokenMayFollow?: boolean;
  /**
   * The transport calls `Session.registerPermission` itself, if it keeps the connection open: a poll that gets its response at
   * once does not need it. Default `false`: step 6 registers the permission.
   */
  readonly registersLater?: boolean;
  /** Called before the client is authenticated. From then on the transport closes the session when its socket ends. */
  readonly onConnect?: (session: Session) => void;
  /** Returns what to subscribe to, once the client is authenticated. Default: `subscription`. */
  readonly prepare?: (session: Session, permissions: Permissions) => Promise<SubscriptionRequest>;
  readonly onBegin?: FirstSubscription['onBegin'];
}

/**
 * The one way from a request to a live connection, for every transport, in this order:
 *
 * 1. spends the rate of the client's address, since all later steps are work;
 * 2. counts the connection, and connects it to the hub without a channel: every open socket takes memory, and a drain must find
 *    it, also while the server checks the client's token;
 * 3. authenticates the client by its ticket or its token, or without them;
 * 4. counts the connection and the rate for the user of the token;
 * 5. checks the client's permission to subscribe;
 * 6. registers the permission of the connection, for the notice of its expiry, its renewal and its revocation;
 * 7. subscribes from the start position.
 *
 * If a step fails, all steps before it are undone, except for the rate. If a token may follow, a session whose channels are not
 * allowed yet waits after step 4, for at most 10 s; `Session.authenticate` and `Session.begin` do the rest. If the connection
 * ends meanwhile, the other steps are left out, and the session is closed.
 *
 * @throws CodedError `rate_limited`, `overloaded`, `unauthorized`, `forbidden`, `unavailable`, `too_many_channels`,
 * `invalid_request`, and what the callbacks throw; BusUnavailableError
 */
export async function openSession(services: SessionServices, options: SessionRequest): Promise<Session> {
  const { access, limits } = services;
  const { action, request, credential, subscription: asked, tokenMayFollow = false, onConnect } = options;
  const { quota = limits.quotaFor(request) } = options;
  quota.spend(action, asked.channels.length);
  const session = connect(services, options, quota);
  const { connection } = session;
  try {
    onConnect?.(session);
    const permissions = await authenticate(access, request, asked.channels, credential);
    if (connection.isClosed()) return session;
    quota.identify(permissions.subject, action, asked.channels.length);
    if (tokenMayFollow && !access.isOpen && needsToken(permissions, asked.channels)) {
      access.expectToken(register(services, options, session, permissions, asked));
      return session;
    }
    if (permissions.claims === undefined && permissions.isNothing) {
      throw new CodedError('unauthorized', 'this server allows nothing without a token: send one');
    }
    const subscription = (await options.prepare?.(session, permissions)) ?? asked;
    if (connection.isClosed()) return session;
    permissions.requireSubscribe(subscription.channels);
    register(services, options, session, permissions, subscription);
    await session.begin();
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

function connect(services: SessionServices, options: SessionRequest, quota: ClientQuota): Session {
  const { sink, transport, subscription } = options;
  const isCounted = quota.hasConnection;
  if (!isCounted) quota.addConnection();
  return new Session(services, sink, transport, quota, { client: subscription.client, releasesQuota: !isCounted });
}

function register(
  { access }: SessionServices,
  { credential, registersLater = false, onBegin }: SessionRequest,
  session: Session,
  permissions: Permissions,
  { channels, start, client }: SubscriptionRequest,
): ConnectionPermission {
  const onRenewed = credential?.ticket === undefined ? undefined : access.ticketRenewal(credential.ticket, channels);
  const permission = registersLater
    ? { permissions }
    : access.openPermission(permissions, session.connection, { client, onRenewed });
  session.admit(permission, { channels, start, onBegin });
  return permission;
}

/** Whether a client without a token may not subscribe to what it asks for. */
function needsToken(permissions: Permissions, channels: readonly string[]): boolean {
  if (permissions.claims !== undefined) return false;
  if (channels.length === 0) return permissions.isNothing;
  return !channels.every((channel) => permissions.maySubscribe(channel));
}
