import { CANCEL_EVENT, CodedError, END_EVENT } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { Session } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admit-client';
import { acknowledge, onEmitted, type Reply, soleArgument } from './acknowledge';
import { AUTH_EVENT, authenticate } from '../session/authenticate';
import { readChannel, readMembers, readSubscribe, readUnsubscribe } from '../session/handshake';
import { cancelEmitted, publishEmitted } from './publish-emitted';
import { sessionTtlMs } from '../session/session-ttl';
import { keepWhileConnected, saveLater } from '../session/session-keeping';

/** A client in the main namespace, and what serves it. */
interface MainClient {
  readonly service: Tetracast;
  readonly socket: Socket;
  readonly subscriber: Subscriber;
  readonly logger: FastifyBaseLogger;
}

/** An event that the server takes in the main namespace. */
interface Verb {
  /** It changes what the client receives or may do: the server serves it alone. */
  readonly isAlone: boolean;
  /** @throws CodedError; BusUnavailableError */
  readonly serve: (client: MainClient, argument: unknown, reply: Reply) => Promise<void>;
}

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['subscribe', { isAlone: true, serve: subscribe }],
  ['unsubscribe', { isAlone: true, serve: unsubscribe }],
  [
    'publish',
    {
      isAlone: false,
      serve: ({ subscriber }, argument, reply) => publishEmitted(subscriber, () => argument, reply),
    },
  ],
  [
    END_EVENT,
    {
      isAlone: false,
      serve: ({ subscriber }, argument, reply) =>
        publishEmitted(subscriber, () => ({ ...readMembers(argument), end: true }), reply),
    },
  ],
  [
    CANCEL_EVENT,
    {
      isAlone: false,
      serve: ({ subscriber }, argument, reply) => {
        const channel = counted(subscriber.session, 'publish', () => readChannel(argument));
        return cancelEmitted(subscriber, channel, reply);
      },
    },
  ],
  [
    AUTH_EVENT,
    {
      isAlone: true,
      serve: ({ service, socket, subscriber, logger }, argument, reply) =>
        authenticate(service, socket, subscriber, argument, reply, logger),
    },
  ],
]);

/** Serves the events of a client in the main namespace. */
export function serveMainNamespace(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  logger: FastifyBaseLogger,
): void {
  const client: MainClient = { service, socket, subscriber, logger };
  const { order } = subscriber.engineConnection;
  onEmitted(socket, subscriber, ({ event, values, reply }) => {
    const verb = VERBS.get(event);
    const serve = (): Promise<void> =>
      verb === undefined ? refuseUnknown(subscriber) : verb.serve(client, soleArgument(values), reply);
    const run = (): Promise<void> => acknowledge(service, subscriber, reply, logger, serve);
    if (verb?.isAlone === true) order.runAlone(run);
    else order.run(run);
  });
  keepWhileConnected(service, socket, subscriber, logger);
}

async function subscribe({ service, subscriber, logger }: MainClient, argument: unknown, reply: Reply): Promise<void> {
  const { session, recoverable, sink, presence } = subscriber;
  const { channels, start } = counted(session, 'subscribe', () => readSubscribe(argument));
  let added: readonly string[] = [];
  const prepare = async (): Promise<void> => {
    const before = session.connection.channels;
    added = channels.filter((name) => !before.includes(name));
    recoverable.add(added);
    // Before the subscription is in effect, so that an acknowledged one outlives this process.
    await recoverable.save(service.bus, sessionTtlMs(service.settings));
  };
  const onBegin = (cursor: string): void => {
    sink.sendNotice({ type: 'subscribed', channels, cursor });
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
}

async function unsubscribe({ service, subscriber }: MainClient, argument: unknown, reply: Reply): Promise<void> {
  const { session, recoverable } = subscriber;
  const channels = counted(session, 'subscribe', () => readUnsubscribe(argument));
  session.unsubscribe(channels);
  recoverable.remove(channels);
  await recoverable.save(service.bus, sessionTtlMs(service.settings));
  reply({ ok: true, channels });
}

/** Counts arguments that cannot be read too, since the server answers them. */
function counted<T>({ quota }: Session, action: 'subscribe' | 'publish', read: () => T): T {
  try {
    return read();
  } catch (error) {
    quota.spend(action);
    throw error;
  }
}

function refuseUnknown({ session }: Subscriber): never {
  session.quota.spend('publish');
  const known = [...VERBS.keys()].map((name) => `"${name}"`).join(', ');
  throw new CodedError(
    'invalid_request',
    `the main namespace takes the events ${known} only: emit other events in the namespace of a channel`,
  );
}
