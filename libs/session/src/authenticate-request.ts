import type { Permissions } from '@tetracast/access';
import type { IncomingMessage } from 'node:http';
import type { ClientQuota } from './limits/client-quota';
import type { Action } from './limits/limits';
import type { SessionServices } from './session-services';

/** Who asks by a request, and what it may do. */
export interface RequestIdentity {
  readonly quota: ClientQuota;
  readonly permissions: Permissions;
}

/**
 * Finds out who asks for `action`, on so many channels, by a plain request. It is counted for the address before its token is looked at, since that
 * is work, and for the user once that is known.
 *
 * @throws CodedError `rate_limited`, `unauthorized`, `unavailable`
 */
export async function authenticateRequest(
  { access, limits }: Pick<SessionServices, 'access' | 'limits'>,
  request: IncomingMessage,
  action: Action,
  channels = 1,
): Promise<RequestIdentity> {
  const quota = limits.quotaForRequest(request);
  quota.spend(action, channels);
  const permissions = await access.permissionsForRequest(request);
  quota.identify(permissions.subject, action, channels);
  return { quota, permissions };
}
