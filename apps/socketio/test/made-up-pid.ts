import { RecoverableSession } from '../src/session/recoverable-session';

/** A private id of the shape that the service gives out to who has no token, though it never gave out this one. */
export function madeUpPid(namespace = '/'): string {
  return RecoverableSession.create('s'.repeat(20), { namespace, user: undefined, mayChange: false }).pid;
}
