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

/** A client of a namespace on its way in, or in. */
export interface Subscriber {
  readonly engineConnection: EngineConnection;
  readonly session: Session;
  readonly recoverable: RecoverableSession;
  readonly sink: SocketioSink;
  /** From where it goes on if it is cut before anything has come. */
  readonly cursor: string;
}

const CLOSED = new Error('the connection is closed');

const subscribers = new WeakMap<Socket, Subscriber>();

export function subscriberOf(socket: Socket): Subscriber | undefined {
  return subscribers.get(socket);
}

/**
 * The middleware of every namespace: subscribes the client before its CONNECT is answered, so that the answer can say whether
 * it was recovered. The stock client gives up for good when it is refused, so that is for its own mistakes only; for ours the
 * transport is closed, and it comes back.
 */
export function admitClients(
  service: Tetracast,
  logger: FastifyBaseLogger,
): (socket: Socket, next: (error?: Error) => void) => void {
  return (socket, next) => {
    // One payload may bring thousands more, each of which would be refused.
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
        if (code === 'internal') logger.error({ err: error }, 'a Socket.IO client could not be admitted');
        if (ERRORS[code].status >= 500 || code === 'rate_limited') socket.conn.close();
        next(Object.assign(new Error(message), { data: { code, message } }));
      },
    );
  };
}

/** Opens the session of a client in one namespace. */
async function admitClient(service: Tetracast, socket: Socket): Promise<void> {
  const { settings } = service;
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping');
  const { auth } = socket.handshake;
  const asked = readHandshake(socket.nsp.name, auth);
  const engineConnection = EngineConnection.of(socket.conn, settings);
  const sink = new SocketioSink(socket, engineConnection);
  let slot: NamespaceSlot | undefined;
  let recovery: Recovery | undefined;
  let cursor = '';
  try {
    const session = await openSession(service, {
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
    // By then the hub knows whether the log still has what the client missed.
    await session.connection.whenCaughtUp();
    // Its token was revoked meanwhile, or has ended; Socket.IO ends nobody before he is connected.
    if (recovery === undefined || session.connection.isClosed())
      throw new CodedError('unauthorized', 'the server ended the connection');
    const { recoverable } = recovery;
    connectAs(socket, recovery, sink.wasReset || session.connection.channels.length === 0);
    subscribers.set(socket, { engineConnection, session, recoverable, sink, cursor });
  } catch (error) {
    slot?.leave();
    throw error;
  }
}

/** Gives the socket the ids by which the stock client sees whether it was recovered. */
function connectAs(socket: Socket, { recoverable, isKnown, subscription }: Recovery, isBroken: boolean): void {
  const { auth } = socket.handshake;
  const recovered = isKnown && isResumed(subscription, auth) && !isBroken && !recoverable.isForgotten;
  if (recovered) renameSocket(socket, recoverable.socketId);
  else recoverable.rename(socket.id);
  // The stock client holds itself recovered when it is given the private id it had.
  const pid: unknown = recovered ? auth['pid'] : recoverable.pid;
  setRecovery(socket, recovered, pid);
}

/** The token in `auth` is the namespace's own; any other came with the handshake of the connection. */
function readCredential(token: unknown): Credential | undefined {
  if (token === undefined || token === null || token === '') return undefined;
  if (typeof token !== 'string') throw new CodedError('unauthorized', '"token" in "auth" must be a string');
  return { token };
}
