import { CodedError } from '@tetracast/message-model';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { allowsOrigin, isWebOrigin } from './allowed-origins';
import { requestedHost } from './forwarded-host';
import { findForbiddenHost } from './allowed-host';
import { pathOf } from '@tetracast/node-io';

import type { OriginSettings } from '../session-settings';

const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Whether the service may serve a request with this `Origin`: it has none (it is not from a browser, or from a page of the same
 * origin), its host is the one that the request names, or it is in ALLOWED_ORIGINS. The scheme is not compared, since the service
 * does not know whether a proxy in front of it uses TLS.
 *
 * `remoteAddress` is that of the socket: the service believes the `X-Forwarded-Host` of proxies in TRUST_PROXY only.
 */
export function isAllowedOrigin(
  headers: IncomingHttpHeaders,
  settings: Pick<OriginSettings, 'allowedOrigins' | 'trustProxy'>,
  remoteAddress?: string,
): boolean {
  const { origin } = headers;
  if (origin === undefined || allowsOrigin(settings.allowedOrigins, origin)) return true;
  if (!isWebOrigin(origin)) return false;
  const { protocol, host } = new URL(origin);
  const target = `${protocol}//${requestedHost(headers, settings, remoteAddress)}`;
  return URL.canParse(target) && new URL(target).host === host;
}

/** Why the service refuses a request for its host name or its origin; `undefined` if it does not. Every transport calls it. */
export function checkOrigin(
  request: Pick<IncomingMessage, 'headers' | 'socket' | 'url'>,
  settings: OriginSettings,
): CodedError | undefined {
  const { headers } = request;
  const { remoteAddress } = request.socket;
  // A monitor may use any address of the service, and the response reveals nothing about clients.
  const host = HEALTH_PATHS.has(pathOf(request)) ? undefined : findForbiddenHost(headers, settings, remoteAddress);
  if (host !== undefined) {
    return new CodedError(
      'forbidden_origin',
      `the service does not answer under the name ${host}: use another name, or add this one to ALLOWED_HOSTS or ALLOWED_ORIGINS`,
    );
  }
  if (isAllowedOrigin(headers, settings, remoteAddress)) return undefined;
  return new CodedError(
    'forbidden_origin',
    'pages of this origin may not use the service: add the origin to ALLOWED_ORIGINS',
  );
}
