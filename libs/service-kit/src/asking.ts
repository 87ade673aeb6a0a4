import type { Grant } from '@tetracast/access';
import type { IncomingMessage } from 'node:http';
import type { Caller } from './limits/caller';
import type { Action } from './limits/limits';
import type { Tetracast } from './tetracast';

/** Who asks by a request, and what it may do. */
export interface Asking {
  readonly caller: Caller;
  readonly grant: Grant;
}

/**
 * Finds out who asks for `action`, on so many channels, by a plain request. It is counted for the address before its token is looked at, since that
 * is work, and for the user once that is known.
 *
 * @throws CodedError `rate_limited`, `unauthorized`, `unavailable`
 */
export async function whoAsks(
  { access, limits }: Pick<Tetracast, 'access' | 'limits'>,
  request: IncomingMessage,
  action: Action,
  channels = 1,
): Promise<Asking> {
  const caller = limits.callerOnConnection(request);
  caller.spend(action, channels);
  const grant = await access.grantOf(request);
  caller.identify(grant.subject, action, channels);
  return { caller, grant };
}
