import { type Tetracast } from '@tetracast/service-kit';
import { queryOf } from '@tetracast/node-io';
import type { ClientQuota } from '@tetracast/session';
import type { Socket as EngineSocket } from 'engine.io';
import type { IncomingMessage } from 'node:http';

const quotas = new WeakMap<EngineSocket, ClientQuota>();

/**
 * Counts a request of Engine.IO as a poll. A request without a session id opens a session, for which there must be room.
 * @throws CodedError `overloaded`, `rate_limited`
 */
export function requireRoomForSession({ limits }: Pick<Tetracast, 'limits'>, request: IncomingMessage): void {
  const quota = limits.quotaFor(request);
  quota.spend('poll');
  if (queryOf(request)['sid'] === undefined) quota.requireRoom();
}

/** Whether there is room for the session that a request opens. */
export function hasRoomForSession({ limits }: Pick<Tetracast, 'limits'>, request: IncomingMessage): boolean {
  return queryOf(request)['sid'] !== undefined || limits.quotaFor(request).hasRoom;
}

/** Counts an Engine.IO session with all its namespaces as one connection until it ends. */
export function admitSession({ limits }: Pick<Tetracast, 'limits'>, session: EngineSocket): void {
  const quota = limits.quotaFor(session.request);
  quotas.set(session, quota);
  try {
    quota.addConnection();
    session.on('close', () => {
      quota.onClose();
    });
  } catch {
    // Other sessions began after its handshake was admitted.
    session.close(true);
  }
}

/** The quota of a session that {@link admitSession} has counted. All its namespaces share it. */
export function quotaOf(session: EngineSocket): ClientQuota {
  return quotas.get(session) as ClientQuota;
}

/** Whether the client ignored refusals. The server closes its session, and ignores what still arrives. */
export function isAbusive(session: EngineSocket): boolean {
  return quotas.get(session)?.isAbusive === true;
}
