import { CodedError } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admit-client';
import { acknowledge, onEmitted, type Reply, soleArgument } from './acknowledge';
import { AUTH_EVENT, authenticate } from '../session/authenticate';
import { readChannel, readMembers, readSubscribe, readUnsubscribe } from '../session/handshake';
import { CANCEL_VERB, cancelEmitted, END_VERB, publishEmitted } from './publish-emitted';
import { sessionTtlMs } from '../session/session-ttl';
import { keepWhileConnected, saveLater } from '../session/session-keeping';

/** Sends the cursor to resume from after a client has subscribed to more channels. */
const SUBSCRIBED_EVENT = 'tetracast:subscribed';

/** Serves the events of a client in the main namespace: `subscribe`, `unsubscribe`, `publish`. */
export function serveMainNamespace(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  logger: FastifyBaseLogger,
): void {
  const { engineConnection, session, recoverable, sink, presence } = subscriber;
  const { bus } = service;
  const ttlMs = sessionTtlMs(service.settings);

  /** Counts arguments that cannot be read too, since the server answers them. */
  const counted = <T>(read: () => T, action: 'subscribe' | 'publish' = 'subscribe'): T => {
    try {
      return read();
    } catch (error) {
      session.quota.spend(action);
      throw error;
    }
  };

  const refuseUnknown = async (): Promise<void> => {
    session.quota.spend('publish');
    return Promise.reject(unknownEvent());
  };

  const subscribe = async (argument: unknown, reply: Reply): Promise<void> => {
    const { channels, start } = counted(() => readSubscribe(argument));
    let added: readonly string[] = [];
    const prepare = async (): Promise<void> => {
      const before = session.connection.channels;
      added = channels.filter((name) => !before.includes(name));
      recoverable.add(added);
      // Before the subscription is in effect, so that an acknowledged one outlives this process.
      await recoverable.save(bus, ttlMs);
    };
    const onBegin = (cursor: string): void => {
      sink.emit(SUBSCRIBED_EVENT, { channels, cursor }, cursor);
      reply({ ok: true, channels, cursor });
    };
    try {
      await session.subscribe(channels, start, onBegin, { prepare, presence });
    } catch (error) {
      if (added.length > 0) {
        recoverable.remove(added);
        saveLater(service, recoverable, logger);
      }
      throw error;
    }
  };

  const unsubscribe = async (argument: unknown, reply: Reply): Promise<void> => {
    const channels = counted(() => readUnsubscribe(argument));
    session.unsubscribe(channels);
    recoverable.remove(channels);
    await recoverable.save(bus, ttlMs);
    reply({ ok: true, channels });
  };

  onEmitted(socket, subscriber, ({ event, values, reply }) => {
    const run = (serve: (argument: unknown) => Promise<void>) => () =>
      acknowledge(service, subscriber, reply, logger, () => serve(soleArgument(values)));
    if (event === AUTH_EVENT)
      engineConnection.order.runAlone(
        run((argument) => authenticate(service, socket, subscriber, argument, reply, logger)),
      );
    else if (event === 'publish')
      engineConnection.order.run(run((argument) => publishEmitted(subscriber, () => argument, reply)));
    else if (event === END_VERB)
      engineConnection.order.run(
        run((argument) => publishEmitted(subscriber, () => ({ ...readMembers(argument), end: true }), reply)),
      );
    else if (event === CANCEL_VERB)
      engineConnection.order.run(
        run((argument) =>
          cancelEmitted(
            subscriber,
            counted(() => readChannel(argument), 'publish'),
            reply,
          ),
        ),
      );
    else if (event === 'subscribe') engineConnection.order.runAlone(run((argument) => subscribe(argument, reply)));
    else if (event === 'unsubscribe') engineConnection.order.runAlone(run((argument) => unsubscribe(argument, reply)));
    else engineConnection.order.run(() => acknowledge(service, subscriber, reply, logger, refuseUnknown));
  });
  keepWhileConnected(service, socket, subscriber, logger);
}

function unknownEvent(): CodedError {
  return new CodedError(
    'invalid_request',
    'the main namespace has the events "subscribe", "unsubscribe", "publish", "tetracast:end", "tetracast:cancel" and "tetracast:auth" only: emit other events in the namespace of a channel',
  );
}
