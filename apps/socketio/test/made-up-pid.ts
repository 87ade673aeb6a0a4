import { Session } from '../src/session/session';

/** A private id of the shape that the service gives out to who has no token, though it never gave out this one. */
export function madeUpPid(namespace = '/'): string {
  return Session.create('s'.repeat(20), { namespace, user: undefined, mayChange: false }).pid;
}
