import { nodeRuntime } from '@tetracast/node-io/runtime';
import { RecoverableSession } from '../../src/session/recoverable-session';

/** A private id of the form that the service creates for a client without a token; it did not create this one. */
export function madeUpPid(namespace = '/'): string {
  const owner = { namespace, user: undefined, mayChange: false };
  return RecoverableSession.create('s'.repeat(20), owner, nodeRuntime).pid;
}
