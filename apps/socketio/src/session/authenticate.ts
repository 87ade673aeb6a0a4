import { CodedError } from '@tetracast/message-model';
import { type Tetracast } from '@tetracast/service-kit';
import { describePermissions, type Session } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admit-client';
import type { Reply } from '../events/acknowledge';
import { sessionTtlMs } from './session-ttl';
import { keepWhileConnected } from './session-keeping';

/** The event with a new token for a namespace: `{token}`. No message can have this event name. */
export const AUTH_EVENT = 'tetracast:auth';

/** @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request`; BusUnavailableError */
export async function authenticate(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  argument: unknown,
  reply: Reply,
  logger: FastifyBaseLogger,
): Promise<void> {
  const { bus, settings } = service;
  const { session, recoverable } = subscriber;
  const permissions = await session.authenticate(readToken(argument, session));
  if (recoverable.handTo(permissions.subject)) {
    // A session of the main namespace is kept already.
    if (socket.nsp.name !== '/') keepWhileConnected(service, socket, subscriber, logger);
    await recoverable.save(bus, sessionTtlMs(settings));
  }
  reply({ ok: true, ...describePermissions(permissions) });
}

function readToken(argument: unknown, { quota }: Session): string {
  const token = typeof argument === 'object' && argument !== null && 'token' in argument ? argument.token : undefined;
  if (typeof token === 'string' && token !== '') return token;
  quota.spend('subscribe');
  throw new CodedError('invalid_request', `"${AUTH_EVENT}" has no token: send an object with "token"`);
}
