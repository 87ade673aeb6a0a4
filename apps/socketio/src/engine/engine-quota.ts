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

/** The quota of a session that {@link admitSession} has let in; all its namespaces share it. */
export function quotaOf(session: EngineSocket): ClientQuota {
  return quotas.get(session) as ClientQuota;
}

/** Whether the client went on and on though it was refused. Its session is closed, and what still comes from it is ignored. */
export function isAbusive(session: EngineSocket): boolean {
  return quotas.get(session)?.isAbusive === true;
}
