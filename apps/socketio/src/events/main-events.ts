import { CodedError } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admission';
import { acknowledge, onEmitted, type Reply, soleArgument } from './acknowledge';
import { AUTH_EVENT, authenticate } from '../session/authenticate';
import { spendQuota } from '../engine/engine-quota';
import { readSubscribe, readUnsubscribe } from '../session/handshake';
import { publishEmitted } from './publish-emitted';
import { sessionTtlMs } from '../session/session';
import { keepWhileConnected, saveLater } from '../session/session-keeping';

/** Tells from where a client goes on once it has subscribed to more. */
const SUBSCRIBED_EVENT = 'tetracast:subscribed';

/** Serves the events of a client in the main namespace: `subscribe`, `unsubscribe`, `publish`. */
export function serveMainNamespace(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  log: FastifyBaseLogger,
): void {
  const { engineConnection, session, sink, connection, permission } = subscriber;
  const { bus } = service;
  const ttlMs = sessionTtlMs(service.settings);

  /** What cannot be read counts as well: it is answered. */
  const counted = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      spendQuota(socket.conn, 'subscribe');
      throw error;
    }
  };

  const refuseUnknown = async (): Promise<void> => {
    spendQuota(socket.conn, 'publish');
    return Promise.reject(unknownEvent());
  };

  const subscribe = async (argument: unknown, reply: Reply): Promise<void> => {
    const { channels, start } = counted(() => readSubscribe(argument));
    spendQuota(socket.conn, 'subscribe', channels.length);
    permission.permissions.requireSubscribe(channels);
    const had = connection.channels;
    const added = channels.filter((name) => !had.includes(name));
    session.add(added);
    try {
      // First, so that what is acknowledged outlives this process.
      await session.save(bus, ttlMs);
      await connection.subscribe(channels, start, (cursor) => {
        sink.emit(SUBSCRIBED_EVENT, { channels, cursor }, cursor);
        reply({ ok: true, channels, cursor });
      });
    } catch (error) {
      session.remove(added);
      saveLater(service, session, log);
      throw error;
    }
  };

  const unsubscribe = async (argument: unknown, reply: Reply): Promise<void> => {
    const channels = counted(() => readUnsubscribe(argument));
    spendQuota(socket.conn, 'subscribe', channels.length);
    connection.unsubscribe(channels);
    session.remove(channels);
    await session.save(bus, ttlMs);
    reply({ ok: true, channels });
  };

  onEmitted(socket, subscriber, ({ event, values, reply }) => {
    const run = (serve: (argument: unknown) => Promise<void>) => () =>
      acknowledge(subscriber, reply, log, () => serve(soleArgument(values)));
    if (event === AUTH_EVENT)
      engineConnection.order.runAlone(
        run((argument) => authenticate(service, socket, subscriber, argument, reply, log)),
      );
    else if (event === 'publish')
      engineConnection.order.run(run((argument) => publishEmitted(service, socket, subscriber, () => argument, reply)));
    else if (event === 'subscribe') engineConnection.order.runAlone(run((argument) => subscribe(argument, reply)));
    else if (event === 'unsubscribe') engineConnection.order.runAlone(run((argument) => unsubscribe(argument, reply)));
    else engineConnection.order.run(() => acknowledge(subscriber, reply, log, refuseUnknown));
  });
  keepWhileConnected(service, socket, subscriber, log);
}

function unknownEvent(): CodedError {
  return new CodedError(
    'invalid_request',
    'the main namespace knows "subscribe", "unsubscribe", "publish" and "tetracast:auth"; other events are for the namespace of a channel',
  );
}
