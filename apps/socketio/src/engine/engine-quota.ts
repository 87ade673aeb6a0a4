import { type Tetracast } from '@tetracast/service-kit';
import { queryOf } from '@tetracast/node-io';
import type { ClientQuota } from '@tetracast/session';
import type { Socket as EngineSocket } from 'engine.io';
import type { IncomingMessage } from 'node:http';

const quotas = new WeakMap<EngineSocket, ClientQuota>();

/**
 * Counts a request of Engine.IO as a poll. One that names no session opens one.
 * @throws CodedError `overloaded`, `rate_limited`: there is no room for it, or there were too many
 */
export function requireRoomForSession({ limits }: Pick<Tetracast, 'limits'>, request: IncomingMessage): void {
  const quota = limits.quotaFor(request);
  quota.spend('poll');
  if (queryOf(request)['sid'] === undefined) quota.requireRoom();
}

export function hasRoomForSession({ limits }: Pick<Tetracast, 'limits'>, request: IncomingMessage): boolean {
  return queryOf(request)['sid'] !== undefined || limits.quotaFor(request).hasRoom;
}

/** Counts an Engine.IO session, whatever namespaces are opened on it, as one connection until it ends. */
export function admitSession({ limits }: Pick<Tetracast, 'limits'>, session: EngineSocket): void {
  const quota = limits.quotaFor(session.request);
  quotas.set(session, quota);
  try {
    quota.addConnection();
    session.on('close', () => {
      quota.onClose();
    });
  } catch {
    // Others came between its handshake, which was let pass, and this.
    session.close(true);
  }
}

/** The client of a session is this user, for whom what it did to get there counts as well. @throws CodedError `rate_limited` */
export function identify(session: EngineSocket, user: string | undefined): void {
  quotas.get(session)?.identify(user, 'subscribe');
}

/**
 * Counts something the client of a session does. One that goes on and on though it is refused is cut; the stock client comes
 * back after a while.
 *
 * @throws CodedError `rate_limited`
 */
export function spendQuota(session: EngineSocket, ...what: Parameters<ClientQuota['spend']>): void {
  const wasAbusive = isAbusive(session);
  try {
    quotas.get(session)?.spend(...what);
  } catch (error) {
    // Once, after what was refused in this turn has been answered.
    if (!wasAbusive && isAbusive(session)) setImmediate(() => session.close());
    throw error;
  }
}

/** Whether {@link spendQuota} cuts the session at the end of this turn: nothing that still comes from it is looked at. */
export function isAbusive(session: EngineSocket): boolean {
  return quotas.get(session)?.isAbusive === true;
}
