import { CodedError, ERRORS } from '@tetracast/message-model';
import { type Tetracast } from '@tetracast/service-kit';
import { type Credential, openSession, type Session, toCodedError } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import { isAbusive, quotaOf } from '../engine/engine-quota';
import { EngineConnection } from '../engine/engine-connection';
import { isResumed, readHandshake } from './handshake';
import { type NamespaceSlot, takeNamespaceSlot } from './namespace-slot';
import { allowedChannels, recover, type Recovery } from './recover';
import { renameSocket, setRecovery } from '../engine/rename-socket';
import type { RecoverableSession } from './recoverable-session';
import { SocketioSink } from '../socketio-sink';

/** A client in a namespace. */
export interface Subscriber {
  readonly engineConnection: EngineConnection;
  readonly session: Session;
  readonly recoverable: RecoverableSession;
  readonly sink: SocketioSink;
  /** The cursor to resume from until the first message. */
  readonly cursor: string;
}

const CLOSED = new Error('the connection is closed');

const subscribers = new WeakMap<Socket, Subscriber>();

export function subscriberOf(socket: Socket): Subscriber | undefined {
  return subscribers.get(socket);
}

/**
 * The middleware of every namespace. It subscribes the client before the answer to its CONNECT, which says whether the client was
 * recovered. The stock client never reconnects after a refusal, so the server refuses only errors of the client. After any other
 * error it closes the transport, and the client reconnects.
 */
export function admitClients(
  service: Tetracast,
  logger: FastifyBaseLogger,
): (socket: Socket, next: (error?: Error) => void) => void {
  return (socket, next) => {
    // One payload may open thousands more namespaces, which the server would refuse one by one.
    if (socket.conn.readyState !== 'open' || isAbusive(socket.conn)) {
      socket.conn.close();
      next(CLOSED);
      return;
    }
    admitClient(service, socket).then(
      () => {
        next();
      },
      (error: unknown) => {
        const { code, message } = toCodedError(error);
        if (code === 'internal') logger.error({ err: error }, 'the server could not admit a Socket.IO client');
        if (ERRORS[code].status >= 500 || code === 'rate_limited') socket.conn.close();
        next(Object.assign(new Error(message), { data: { code, message } }));
      },
    );
  };
}

/** Opens the session of a client in one namespace. */
async function admitClient(service: Tetracast, socket: Socket): Promise<void> {
  const { settings } = service;
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping: try again');
  const { auth } = socket.handshake;
  const asked = readHandshake(socket.nsp.name, auth);
  const engineConnection = EngineConnection.of(socket.conn, settings);
  const sink = new SocketioSink(socket, engineConnection);
  let slot: NamespaceSlot | undefined;
  let recovery: Recovery | undefined;
  let cursor = '';
  try {
    const session = await openSession(service, {
      transport: 'socketio',
      action: 'subscribe',
      sink,
      request: socket.request,
      credential: readCredential(auth['token']),
      quota: quotaOf(socket.conn),
      subscription: asked,
      onConnect: ({ connection }) => {
        slot = takeNamespaceSlot(socket, engineConnection, settings.maxChannels, connection);
      },
      prepare: async ({ connection }, permissions) => {
        recovery = await recover(service, socket, asked, permissions.subject, (id) => engineConnection.has(id));
        const { recoverable, subscription } = recovery;
        if (slot !== undefined) slot.socketId = recoverable.socketId;
        if (asked.client === undefined) connection.client = recoverable.client;
        const channels = allowedChannels(recoverable, subscription.channels, permissions, settings.maxChannels, sink);
        return { ...subscription, channels };
      },
      onBegin: (begun) => {
        cursor = begun;
      },
    });
    // Then the hub knows whether the message log still has what the client missed.
    await session.connection.whenCaughtUp();
    // Its token was revoked or expired meanwhile. Socket.IO cannot end a client before the answer to CONNECT.
    if (recovery === undefined || session.connection.isClosed())
      throw new CodedError('unauthorized', 'the token was revoked or has expired: send a new one');
    const { recoverable } = recovery;
    connectAs(socket, recovery, sink.wasReset || session.connection.channels.length === 0);
    subscribers.set(socket, { engineConnection, session, recoverable, sink, cursor });
  } catch (error) {
    slot?.leave();
    throw error;
  }
}

/** Gives the socket the ids that show the stock client whether it was recovered. */
function connectAs(socket: Socket, { recoverable, isKnown, subscription }: Recovery, isBroken: boolean): void {
  const { auth } = socket.handshake;
  const recovered = isKnown && isResumed(subscription, auth) && !isBroken && !recoverable.isForgotten;
  if (recovered) renameSocket(socket, recoverable.socketId);
  else recoverable.rename(socket.id);
  // The stock client is recovered if it gets the private id it had.
  const pid: unknown = recovered ? auth['pid'] : recoverable.pid;
  setRecovery(socket, recovered, pid);
}

/** The token in `auth` is for this namespace. Without it the token of the handshake counts. */
function readCredential(token: unknown): Credential | undefined {
  if (token === undefined || token === null || token === '') return undefined;
  if (typeof token !== 'string') throw new CodedError('unauthorized', '"token" in "auth" must be a string');
  return { token };
}
