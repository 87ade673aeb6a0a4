import type { IncomingHttpHeaders } from 'node:http';
import { configuredKeys } from '../access/configured-keys';
import { allowsHost } from './allowed-origins';
import { requestedHost } from './forwarded-host';
import type { OriginSettings } from '../session-settings';
import { isLoopback } from './loopback';

/** What was found out once: to read names and addresses anew for each request costs a twentieth of one. */
interface Guard {
  readonly isNeeded: boolean;
  /** The name under which it was asked last, and answers. */
  served?: string;
}

const guards = new WeakMap<OriginSettings, Guard>();

/**
 * The host a request names, if the service is not to answer under that name. Whoever is on this machine may use a service that
 * is bound to loopback only, so that a page must not get at it by a name of its own that leads here (DNS rebinding): the
 * browser takes both for one origin, and sends no `Origin`. The same where ALLOWED_HOSTS says so, behind a proxy on loopback.
 * Names of loopback are served, those in ALLOWED_HOSTS, and the hosts of ALLOWED_ORIGINS; every name where tokens say who may use
 * it, since such a page has none.
 */
export function findForbiddenHost(
  headers: IncomingHttpHeaders,
  settings: OriginSettings,
  peer?: string,
): string | undefined {
  let guard = guards.get(settings);
  if (guard === undefined) {
    const isHidden = isLoopback(settings.host) || (settings.allowedHosts ?? []).length > 0;
    guard = { isNeeded: isHidden && configuredKeys(settings) === undefined };
    guards.set(settings, guard);
  }
  if (!guard.isNeeded) return undefined;
  const host = requestedHost(headers, settings, peer);
  // Browsers always name one.
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

function isLoopbackName(hostname: string): boolean {
  // Names below `localhost` lead to loopback as well (RFC 6761, section 6.3).
  return hostname.endsWith('.localhost') || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
