import { type Caller, queryOf, type Tetracast } from '@tetracast/service-kit';
import type { Socket as EngineSocket } from 'engine.io';
import type { IncomingMessage } from 'node:http';

const callers = new WeakMap<EngineSocket, Caller>();

/**
 * Counts a request of Engine.IO as a poll. One that names no session opens one.
 * @throws CodedError `overloaded`, `rate_limited`: there is no room for it, or there were too many
 */
export function requireRoom({ limits }: Pick<Tetracast, 'limits'>, request: IncomingMessage): void {
  const caller = limits.callerOf(request);
  caller.spend('poll');
  if (queryOf(request)['sid'] === undefined) caller.check();
}

export function hasRoom({ limits }: Pick<Tetracast, 'limits'>, request: IncomingMessage): boolean {
  return queryOf(request)['sid'] !== undefined || limits.callerOf(request).hasRoom;
}

/** Counts an Engine.IO session, whatever namespaces are opened on it, as one connection until it ends. */
export function admitSession({ limits }: Pick<Tetracast, 'limits'>, session: EngineSocket): void {
  const caller = limits.callerOf(session.request);
  callers.set(session, caller);
  try {
    caller.enter();
    session.on('close', () => {
      caller.leave();
    });
  } catch {
    // Others came between its handshake, which was let pass, and this.
    session.close(true);
  }
}

/** The client of a session is this user, for whom what it did to get there counts as well. @throws CodedError `rate_limited` */
export function identify(session: EngineSocket, user: string | undefined): void {
  callers.get(session)?.identify(user, 'subscribe');
}

/**
 * Counts something the client of a session does. One that goes on and on though it is refused is cut; the stock client comes
 * back after a while.
 *
 * @throws CodedError `rate_limited`
 */
export function spend(session: EngineSocket, ...what: Parameters<Caller['spend']>): void {
  const wasAbusive = isAbusive(session);
  try {
    callers.get(session)?.spend(...what);
  } catch (error) {
    // Once, after what was refused in this turn has been answered.
    if (!wasAbusive && isAbusive(session)) setImmediate(() => session.close());
    throw error;
  }
}

/** Whether {@link spend} cuts the session at the end of this turn: nothing that still comes from it is looked at. */
export function isAbusive(session: EngineSocket): boolean {
  return callers.get(session)?.isAbusive === true;
}
