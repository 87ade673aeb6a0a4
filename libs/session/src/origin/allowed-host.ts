import type { IncomingHttpHeaders } from 'node:http';
import { configuredKeys } from '../access/configured-keys';
import { allowsHost } from './allowed-origins';
import { requestedHost } from './forwarded-host';
import type { OriginSettings } from '../session-settings';
import { isLoopback } from './loopback';

/** Computed once per service: to read names and addresses for each request would cost a twentieth of the request. */
interface Guard {
  readonly isNeeded: boolean;
  /** The last name that was allowed. */
  served?: string;
}

const guards = new WeakMap<OriginSettings, Guard>();

/**
 * The host that a request names, if the service does not answer under that name. A service without keys on loopback is for the
 * programs of this machine. A foreign page could use it by a name that resolves to this machine (DNS rebinding): the browser then
 * sees one origin and sends no `Origin`. So the service answers only under names of loopback, those in ALLOWED_HOSTS and the
 * hosts of ALLOWED_ORIGINS; the same holds wherever ALLOWED_HOSTS is set. With keys it answers under every name, since a foreign
 * page has no token.
 */
export function findForbiddenHost(
  headers: IncomingHttpHeaders,
  settings: OriginSettings,
  remoteAddress?: string,
): string | undefined {
  let guard = guards.get(settings);
  if (guard === undefined) {
    const isHidden = isLoopback(settings.host) || (settings.allowedHosts ?? []).length > 0;
    guard = { isNeeded: isHidden && configuredKeys(settings) === undefined };
    guards.set(settings, guard);
  }
  if (!guard.isNeeded) return undefined;
  const host = requestedHost(headers, settings, remoteAddress);
  // Browsers always send a host.
  if (host === '' || host === guard.served) return undefined;
  if (!isServed(host, settings)) return host;
  guard.served = host;
  return undefined;
}

function isServed(host: string, { allowedOrigins, allowedHosts = [] }: OriginSettings): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (isLoopbackName(hostname) || allowedHosts.some((name) => name.toLowerCase() === hostname)) return true;
  return allowsHost(allowedOrigins, hostname);
}

/** Whether a host name, as in a URL, leads to this machine. */
export function isLoopbackName(hostname: string): boolean {
  // Names below `localhost` resolve to loopback too (RFC 6761, section 6.3).
  return hostname.endsWith('.localhost') || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
