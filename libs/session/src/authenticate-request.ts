import type { Permissions } from '@tetracast/access';
import type { IncomingMessage } from 'node:http';
import type { AccessControl } from './access/access-control';
import type { Action } from './limits/limits';
import type { SessionServices } from './session-services';

/** What a client sends besides its request: a token, or the ticket of an event stream. */
export interface Credential {
  readonly token?: string;
  readonly ticket?: string;
}

/**
 * What the client of a plain request may do. The request counts for its address before the server checks its token, since that
 * is work, and then for its user. It costs as much as `channels` are many.
 *
 * @throws CodedError `rate_limited`, `unauthorized`, `unavailable`
 */
export async function authenticateRequest(
  { access, limits }: Pick<SessionServices, 'access' | 'limits'>,
  request: IncomingMessage,
  action: Action,
  channels?: readonly string[],
): Promise<Permissions> {
  const quota = limits.quotaForRequest(request);
  quota.spend(action, channels?.length);
  const permissions = await authenticate(access, request);
  quota.identify(permissions.subject, action, channels?.length);
  return permissions;
}

/**
 * What the client may do by its ticket, else by its token, else by the token in its request; without any of them, what every
 * client may do. A ticket must be for all of `channels`.
 *
 * @throws CodedError `unauthorized`, `unavailable`; for a ticket also `forbidden`, BusUnavailableError
 */
export async function authenticate(
  access: AccessControl,
  request: Pick<IncomingMessage, 'headers' | 'url'>,
  channels: readonly string[] = [],
  { ticket, token }: Credential = {},
): Promise<Permissions> {
  if (ticket !== undefined) return access.permissionsForTicket(ticket, channels);
  return token === undefined ? access.permissionsForRequest(request) : access.permissionsForToken(token);
}
