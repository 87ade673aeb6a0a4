import { CodedError } from '@tetracast/message-model';
import { publish, type Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import { answering, type Reply, splitAck } from './answering';
import { AUTH_EVENT, authenticate } from './authenticate';
import { refuseBinary } from './binary';
import { spend } from './engine-caller';
import { readSubscribe, readUnsubscribe } from './handshake';
import { sessionTtlMs } from './session';

/** Tells from where a client goes on once it has subscribed to more. */
const SUBSCRIBED_EVENT = 'tetracast:subscribed';

/** Serves the events of a client in the main namespace: `subscribe`, `unsubscribe`, `publish`. */
export function serveMainNamespace(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  log: FastifyBaseLogger,
): void {
  const { line, session, sink, connection, permit } = subscriber;
  const { bus } = service;
  const ttlMs = sessionTtlMs(service.settings);

  const subscribe = async (argument: unknown, reply: Reply): Promise<void> => {
    const { channels, start } = readSubscribe(argument);
    spend(socket.conn, 'subscribe', channels.length);
    permit.grant.requireSubscribe(channels);
    const had = connection.channels;
    const added = channels.filter((name) => !had.includes(name));
    session.add(added);
    try {
      // First, so that what is acknowledged outlives this process.
      await session.save(bus, ttlMs);
      await connection.subscribe(channels, start, (cursor) => {
        sink.tell(SUBSCRIBED_EVENT, { channels, cursor }, cursor);
        reply({ ok: true, channels, cursor });
      });
    } catch (error) {
      session.remove(added);
      keepSession();
      throw error;
    }
  };

  const unsubscribe = async (argument: unknown, reply: Reply): Promise<void> => {
    const channels = readUnsubscribe(argument);
    spend(socket.conn, 'subscribe', channels.length);
    connection.unsubscribe(channels);
    session.remove(channels);
    await session.save(bus, ttlMs);
    reply({ ok: true, channels });
  };

  const publishOne = async (publication: unknown, reply: Reply): Promise<void> => {
    spend(socket.conn, 'publish');
    refuseBinary(publication);
    const { id } = await publish(service, publication, { client: connection.client, grant: permit.grant });
    reply({ ok: true, id });
  };

  // A failure is made up for at the next heartbeat.
  const keepSession = (): void => {
    session.save(bus, ttlMs).catch((error: unknown) => {
      log.debug({ err: error }, 'the channels of a Socket.IO client could not be kept');
    });
  };

  socket.onAny((event: string, ...args: unknown[]) => {
    const { values, reply } = splitAck(args);
    const [argument] = values;
    const run = (serve: () => Promise<void>) => () => answering(connection, reply, log, serve);
    if (event === AUTH_EVENT)
      line.order.runAlone(run(() => authenticate(service, socket, subscriber, argument, reply)));
    else if (event === 'publish') line.order.run(run(() => publishOne(argument, reply)));
    else if (event === 'subscribe') line.order.runAlone(run(() => subscribe(argument, reply)));
    else if (event === 'unsubscribe') line.order.runAlone(run(() => unsubscribe(argument, reply)));
    else line.order.run(run(() => Promise.reject(unknownEvent())));
    line.regulate();
  });
  sink.onBeat = () => {
    if (session.isDue(ttlMs)) keepSession();
  };
  socket.on('disconnect', () => {
    if (session.isKept) keepSession();
  });
}

function unknownEvent(): CodedError {
  return new CodedError(
    'invalid_request',
    'the main namespace knows "subscribe", "unsubscribe" and "publish"; other events are for the namespace of a channel',
  );
}
