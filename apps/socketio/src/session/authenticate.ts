import { CodedError } from '@tetracast/message-model';
import { type Tetracast } from '@tetracast/service-kit';
import { describePermissions } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import type { Reply } from '../events/acknowledge';
import { identify, spendQuota } from '../engine/engine-quota';
import { sessionTtlMs } from './session';
import { keepWhileConnected } from './session-keeping';

/** Brings a new token for an open namespace: `{token}`. No message can have this name. */
export const AUTH_EVENT = 'tetracast:auth';

/** @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request`; BusUnavailableError */
export async function authenticate(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  argument: unknown,
  reply: Reply,
  log: FastifyBaseLogger,
): Promise<void> {
  const { access, bus, settings } = service;
  const { permission, session } = subscriber;
  spendQuota(socket.conn, 'subscribe');
  const token = typeof argument === 'object' && argument !== null && 'token' in argument ? argument.token : undefined;
  if (typeof token !== 'string' || token === '') {
    throw new CodedError('invalid_request', 'an object with a "token" is wanted');
  }
  const permissions = await access.renew(permission, token, ({ subject }) => {
    identify(socket.conn, subject);
  });
  if (session.handTo(permissions.subject)) {
    // That of the main namespace is kept already.
    if (socket.nsp.name !== '/') keepWhileConnected(service, socket, subscriber, log);
    await session.save(bus, sessionTtlMs(settings));
  }
  reply({ ok: true, ...describePermissions(permissions) });
}
