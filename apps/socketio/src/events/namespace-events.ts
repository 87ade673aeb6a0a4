import { CANCEL_EVENT, CodedError, END_EVENT } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admit-client';
import { acknowledge, onEmitted, soleArgument } from './acknowledge';
import { AUTH_EVENT, authenticate } from '../session/authenticate';
import { cancelEmitted, publishEmitted } from './publish-emitted';

/** Publishes with all members of a message, such as an idempotency key. No message can have this event name. */
const PUBLISH_EVENT = 'tetracast:publish';

/** Serves a client in the namespace of a channel: the server publishes each event there, to all other clients, but for its own verbs. */
export function serveChannelNamespace(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  logger: FastifyBaseLogger,
): void {
  const { order } = subscriber.engineConnection;
  const channel = socket.nsp.name.slice(1);
  onEmitted(socket, subscriber, ({ event, values, reply }) => {
    const run = (serve: () => Promise<void>) => () => acknowledge(service, subscriber, reply, logger, serve);
    if (event === AUTH_EVENT) {
      order.runAlone(run(() => authenticate(service, socket, subscriber, soleArgument(values), reply, logger)));
      return;
    }
    if (event === CANCEL_EVENT) {
      order.run(run(() => cancelEmitted(subscriber, channel, reply)));
      return;
    }
    const publication = (): object => {
      // Its sender sees the end as well.
      if (event === END_EVENT)
        return { ...membersIn(values.length === 0 ? [{}] : values, channel, event), channel, end: true };
      const members = event === PUBLISH_EVENT ? membersIn(values, channel, event) : { event, data: dataIn(values) };
      return { echo: false, ...members, channel };
    };
    order.run(run(() => publishEmitted(subscriber, publication, reply)));
  });
}

/** A message has one value: without an argument it is null, with several an array. */
function dataIn(values: readonly unknown[]): unknown {
  return values.length > 1 ? values : (values[0] ?? null);
}

/** @throws CodedError `invalid_message`, `invalid_channel`, `invalid_request` */
function membersIn(values: readonly unknown[], channel: string, event: string): object {
  const argument = soleArgument(values);
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) {
    throw new CodedError('invalid_message', `"${event}" has no object: send an object with "data"`);
  }
  if ('channel' in argument && argument.channel !== channel) {
    throw new CodedError('invalid_channel', 'this namespace publishes on its channel only: leave "channel" out');
  }
  return argument;
}
