import { CodedError } from '@tetracast/message-model';
import { describeGrant, type Tetracast } from '@tetracast/service-kit';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import type { Reply } from './answering';
import { identify, spend } from './engine-caller';

/** Brings a new token for an open namespace: `{token}`. No message can have this name. */
export const AUTH_EVENT = 'tetracast:auth';

/** @throws CodedError `unauthorized`, `forbidden`, `rate_limited`, `invalid_request` */
export async function authenticate(
  { access }: Tetracast,
  { conn }: Socket,
  { permit }: Subscriber,
  argument: unknown,
  reply: Reply,
): Promise<void> {
  const token = typeof argument === 'object' && argument !== null && 'token' in argument ? argument.token : undefined;
  if (typeof token !== 'string' || token === '') {
    throw new CodedError('invalid_request', 'an object with a "token" is wanted');
  }
  spend(conn, 'subscribe');
  const grant = await access.renew(permit, token, ({ subject }) => {
    identify(conn, subject);
  });
  reply({ ok: true, ...describeGrant(grant) });
}
