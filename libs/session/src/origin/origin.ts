import { CodedError } from '@tetracast/message-model';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { allowsOrigin, isWebOrigin } from './allowed-origins';
import { requestedHost } from './forwarded-host';
import { findForbiddenHost } from './allowed-host';
import { pathOf } from '@tetracast/node-io';

import type { OriginSettings } from '../session-settings';

const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Whether a request from a page of this `Origin` may be served: there is none (no browser, or a request of the page's own
 * origin that names none), it is the origin the request was sent to, or it is in ALLOWED_ORIGINS. The scheme is not
 * compared with the service's own, which does not know whether a proxy in front of it speaks TLS.
 *
 * `peer` is the address of the other end of the socket: only a proxy in TRUST_PROXY is believed its `X-Forwarded-Host`.
 */
export function isAllowedOrigin(
  headers: IncomingHttpHeaders,
  settings: Pick<OriginSettings, 'allowedOrigins' | 'trustProxy'>,
  peer?: string,
): boolean {
  const { origin } = headers;
  if (origin === undefined || allowsOrigin(settings.allowedOrigins, origin)) return true;
  if (!isWebOrigin(origin)) return false;
  const { protocol, host } = new URL(origin);
  const target = `${protocol}//${requestedHost(headers, settings, peer)}`;
  return URL.canParse(target) && new URL(target).host === host;
}

/** Why a request may not be served to the page it comes from, or under the name it was sent to: for every way in. */
export function checkOrigin(
  request: Pick<IncomingMessage, 'headers' | 'socket' | 'url'>,
  settings: OriginSettings,
): CodedError | undefined {
  const { headers } = request;
  const { remoteAddress } = request.socket;
  // A monitor may use any address of the service, and the answer reveals nothing about clients.
  const host = HEALTH_PATHS.has(pathOf(request)) ? undefined : findForbiddenHost(headers, settings, remoteAddress);
  if (host !== undefined) {
    return new CodedError(
      'forbidden_origin',
      `the service does not answer under the name ${host}, unless ALLOWED_HOSTS or ALLOWED_ORIGINS has it`,
    );
  }
  if (isAllowedOrigin(headers, settings, remoteAddress)) return undefined;
  return new CodedError('forbidden_origin', 'pages of this origin may not use the service');
}
