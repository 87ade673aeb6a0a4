import type { Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { Server, type Socket } from 'socket.io';
import { admitClients, subscriberOf } from './session/admit-client';
import type { Engine } from './engine/engine';
import { serveMainNamespace } from './events/main-events';
import { serveChannelNamespace } from './events/namespace-events';
import { RoomlessAdapter } from './engine/roomless-adapter';
import { shallowParser } from './engine/shallow-parser';

/** The first event that a client gets. Its cursor is the one to resume from until the first message. */
const READY_EVENT = 'tetracast:ready';

/** The Socket.IO server on `engine`: the main namespace, and a namespace for every channel. */
export function createSocketServer(service: Tetracast, engine: Engine, logger: FastifyBaseLogger): Server {
  const io = new Server({
    serveClient: false,
    // A session that joins no namespace in this time is closed.
    connectTimeout: service.settings.requestTimeoutMs,
    adapter: RoomlessAdapter,
    parser: shallowParser,
    cleanupEmptyChildNamespaces: true,
  });
  // Allows every name, since only the middleware can tell the client what is wrong with one.
  const channels = io.of((_name, _auth, next) => {
    next(null, true);
  });
  const admit = admitClients(service, logger);
  io.use(admit).on('connection', (socket) => {
    open(service, socket, logger);
  });
  channels.use(admit).on('connection', (socket) => {
    open(service, socket, logger);
  });
  io.bind(engine);
  return io;
}

/** Serves a client after the answer to its CONNECT. */
function open(service: Tetracast, socket: Socket, logger: FastifyBaseLogger): void {
  const subscriber = subscriberOf(socket);
  if (subscriber === undefined) return;
  const { sink, cursor } = subscriber;
  const { connection } = subscriber.session;
  // The connection closed before the answer to CONNECT, when the server could not notify the client.
  if (connection.isClosed()) {
    socket.disconnect();
    return;
  }
  const serve = socket.nsp.name === '/' ? serveMainNamespace : serveChannelNamespace;
  serve(service, socket, subscriber, logger);
  sink.onWritable = () => {
    connection.onDrain();
  };
  sink.open(READY_EVENT, { connection: connection.id, client: connection.client, cursor }, cursor);
}
