import type { Connection } from '@tetracast/hub';
import { CodedError, ERRORS } from '@tetracast/message-model';
import { type Tetracast } from '@tetracast/service-kit';
import { type ConnectionPermission, type SubscriptionRequest, toCodedError } from '@tetracast/session';
import type { Permissions } from '@tetracast/access';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import { admittedChannels } from './admitted-channels';
import { identify, isAbusive, spendQuota } from '../engine/engine-quota';
import { EngineConnection } from '../engine/engine-connection';
import { isResumed, readHandshake, withoutOffset } from './handshake';
import { type NamespaceSlot, takeNamespaceSlot } from './namespace-slot';
import { isPid } from './private-id';
import { renameSocket, setRecovery } from '../engine/rename-socket';
import { Session, sessionTtlMs } from './session';
import { SocketioSink } from '../socketio-sink';

/** A client of a namespace on its way in, or in. */
export interface Subscriber {
  readonly engineConnection: EngineConnection;
  readonly session: Session;
  readonly sink: SocketioSink;
  readonly connection: Connection;
  /** Its client key is not of the client's own choice. */
  readonly isClientMadeUp: boolean;
  readonly permission: ConnectionPermission;
  /** From where it goes on if it is cut before anything has come. */
  readonly cursor: string;
}

const GONE = new Error('the line is gone');

const subscribers = new WeakMap<Socket, Subscriber>();

export function subscriberOf(socket: Socket): Subscriber | undefined {
  return subscribers.get(socket);
}

/**
 * The middleware of every namespace: subscribes the client before its CONNECT is answered, so that the answer can say whether
 * it was recovered. The stock client gives up for good when it is refused, so that is for its own mistakes only; for ours the
 * transport is closed, and it comes back.
 */
export function admission(
  service: Tetracast,
  log: FastifyBaseLogger,
): (socket: Socket, next: (error?: Error) => void) => void {
  return (socket, next) => {
    // One payload may bring thousands more, each of which would be refused.
    if (socket.conn.readyState !== 'open' || isAbusive(socket.conn)) {
      socket.conn.close();
      next(GONE);
      return;
    }
    admit(service, socket).then(
      () => {
        next();
      },
      (error: unknown) => {
        const { code, message } = toCodedError(error);
        if (code === 'internal') log.error({ err: error }, 'a Socket.IO client could not be admitted');
        if (ERRORS[code].status >= 500 || code === 'rate_limited') socket.conn.close();
        next(Object.assign(new Error(message), { data: { code, message } }));
      },
    );
  };
}

async function admit(service: Tetracast, socket: Socket): Promise<void> {
  const { settings } = service;
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping');
  const { name: namespace } = socket.nsp;
  const { auth } = socket.handshake;
  const asked = readHandshake(namespace, auth);
  spendQuota(socket.conn, 'subscribe', asked.channels.length);
  const engineConnection = EngineConnection.of(socket.conn, settings);
  const slot = takeNamespaceSlot(socket, engineConnection, settings.maxChannels);
  try {
    await subscribe(service, socket, asked, engineConnection, slot);
  } catch (error) {
    slot.leave();
    throw error;
  }
}

/** Gives the client its session, and what it asked for. */
async function subscribe(
  service: Tetracast,
  socket: Socket,
  asked: SubscriptionRequest,
  engineConnection: EngineConnection,
  slot: NamespaceSlot,
): Promise<void> {
  const { access, bus, hub, settings } = service;
  const { name: namespace } = socket.nsp;
  const { auth } = socket.handshake;
  const permissions = await permissionsFor(service, socket);
  // Without a token and with nothing public there is nothing it could do here.
  if (permissions.claims === undefined && permissions.isNothing)
    throw new CodedError('unauthorized', 'a token is needed: "token" in "auth"');
  identify(socket.conn, permissions.subject);
  const owner = { namespace, user: permissions.subject, mayChange: !access.isOpen };
  const resumed = await Session.resume(auth['pid'], owner, bus, sessionTtlMs(settings));

  // Nothing would end its connection any more.
  if (!engineConnection.isOpen) throw new CodedError('unavailable', 'the line is gone');
  const known = resumed === undefined || engineConnection.has(resumed.socketId) ? undefined : resumed;
  const session = known ?? Session.create(socket.id, owner);
  // Where somebody else stopped is nothing to this client.
  const request = known === undefined && isPid(auth['pid']) ? readHandshake(namespace, withoutOffset(auth)) : asked;
  const sink = new SocketioSink(socket, engineConnection);
  const connection = hub.connect(sink, request.client ?? session.client);
  slot.socketId = session.socketId;
  slot.connection = connection;
  const channels = admittedChannels(session, request, permissions, settings.maxChannels, sink);
  const permission = access.openPermission(permissions, connection, request);
  let cursor = '';
  await connection.subscribe(channels, request.start, (begun) => {
    cursor = begun;
  });
  // By then the hub knows whether the log still has what the client missed.
  await connection.whenCaughtUp();
  // Its token was revoked meanwhile, or has ended; Socket.IO ends nobody before he is connected.
  if (connection.isClosed()) throw new CodedError('unauthorized', 'the line was ended');
  const isWhole = !sink.wasReset && !session.isForgotten && channels.length > 0;
  const recovered = known !== undefined && isResumed(request, auth) && isWhole;
  if (recovered) renameSocket(socket, session.socketId);
  else session.rename(socket.id);
  // The stock client holds itself recovered when it is given the private id it had.
  const pid: unknown = recovered ? auth['pid'] : session.pid;
  setRecovery(socket, recovered, pid);
  const isClientMadeUp = request.client === undefined;
  subscribers.set(socket, { engineConnection, session, sink, connection, isClientMadeUp, permission, cursor });
}

/** The token in `auth` is the namespace's own; any other came with the handshake of the line. */
async function permissionsFor({ access }: Tetracast, { handshake, request }: Socket): Promise<Permissions> {
  const token: unknown = handshake.auth['token'];
  if (token === undefined || token === null || token === '') return access.permissionsForRequest(request);
  if (typeof token !== 'string') throw new CodedError('unauthorized', '"token" in "auth" must be a text');
  return access.permissionsForToken(token);
}
