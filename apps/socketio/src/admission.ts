import type { Connection } from '@tetracast/hub';
import { CodedError, ERRORS } from '@tetracast/message-model';
import { type Grant, type Permit, type Tetracast, toCodedError } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import { identify, spend } from './engine-caller';
import { EngineLine } from './engine-line';
import { readHandshake } from './handshake';
import { Session, sessionTtlMs } from './session';
import { SocketioSink } from './socketio-sink';

/** A client of a namespace on its way in, or in. */
export interface Subscriber {
  readonly line: EngineLine;
  readonly session: Session;
  readonly sink: SocketioSink;
  readonly connection: Connection;
  readonly permit: Permit;
  /** From where it goes on if it is cut before anything has come. */
  readonly cursor: string;
}

/** In place of what a client came with: `auth` and a copy of its headers would be kept as long as the line lives. */
const NO_HANDSHAKE = {};

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
  const { access, bus, hub, settings } = service;
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping');
  const { auth } = socket.handshake;
  const request = readHandshake(socket.nsp.name, auth);
  spend(socket.conn, 'subscribe', request.channels.length);
  const grant = await grantFor(service, socket);
  // Without a token and with nothing public there is nothing it could do here.
  if (grant.claims === undefined && grant.isNothing)
    throw new CodedError('unauthorized', 'a token is needed: "token" in "auth"');
  identify(socket.conn, grant.subject);
  const known = Session.parse(auth['pid']);
  const session = known ?? Session.create(socket.id);
  if (socket.nsp.name === '/') await known?.load(bus, sessionTtlMs(settings));

  const line = EngineLine.of(socket.conn, settings);
  // Nothing would end its connection any more.
  if (!line.isOpen) throw new CodedError('unavailable', 'the line is gone');
  refuseTwin(socket, line);
  const sink = new SocketioSink(socket, line);
  const connection = hub.connect(sink, request.client ?? session.socketId);
  const leave = enter(socket, line, connection, settings.maxChannels);
  try {
    const channels = session.channels(request.channels);
    grant.requireSubscribe(channels);
    const permit = access.permit(grant, connection, request);
    let cursor = '';
    await connection.subscribe(channels, request.start, (begun) => {
      cursor = begun;
    });
    // By then the hub knows whether the log still has what the client missed.
    await connection.settled();
    // Its token was revoked meanwhile, or has ended; Socket.IO ends nobody before he is connected.
    if (connection.isClosed()) throw new CodedError('unauthorized', 'the line was ended');
    const isWhole = sink.heldResets.length === 0 && !session.isForgotten && channels.length > 0;
    const recovered = socket.recovered && isWhole;
    // The stock client holds itself recovered when it is given the private id it had. Socket.IO decided on that before
    // anything could be known of the log.
    const pid = known === undefined || recovered ? session.pid : session.nextPid;
    Object.assign(socket, { recovered, pid, handshake: NO_HANDSHAKE });
    subscribers.set(socket, { line, session, sink, connection, permit, cursor });
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * Socket.IO knows the clients of a line by their socket ids, and ends only one of two that have the same. The id comes from the
 * client, in its private id; a stock client has another one for each namespace.
 *
 * @throws CodedError `invalid_request`
 */
function refuseTwin({ id }: Socket, line: EngineLine): void {
  if (line.namespaces.some(({ socketId }) => socketId === id)) {
    throw new CodedError('invalid_request', 'a "pid" is for one namespace of a connection, and this one is in use');
  }
}

/** Sees to it that the hub's connection ends with the socket or with its line. Returns what ends it. */
function enter(socket: Socket, line: EngineLine, connection: Connection, maxNamespaces: number): () => void {
  const leave = (): void => {
    line.namespaces = line.namespaces.filter((other) => other.leave !== leave);
    connection.close();
  };
  line.namespaces = [...line.namespaces, { socketId: socket.id, leave }];
  socket.on('disconnect', leave);
  if (line.namespaces.length > maxNamespaces) {
    leave();
    throw new CodedError('too_many_channels', `at most ${maxNamespaces} namespaces on one connection`);
  }
  return leave;
}

/** The token in `auth` is the namespace's own; any other came with the handshake of the line. */
async function grantFor({ access }: Tetracast, { handshake, request }: Socket): Promise<Grant> {
  const token: unknown = handshake.auth['token'];
  if (token === undefined || token === null || token === '') return access.grantOf(request);
  if (typeof token !== 'string') throw new CodedError('unauthorized', '"token" in "auth" must be a text');
  return access.grantFor(token);
}
