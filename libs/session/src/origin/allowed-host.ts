import type { IncomingHttpHeaders } from 'node:http';
import { configuredKeys } from '../access/configured-keys';
import { allowsHost } from './allowed-origins';
import { requestedHost } from './forwarded-host';
import type { OriginSettings } from '../session-settings';
import { isLoopback } from './loopback';

/** Computed once: reading names and addresses again for each request would cost a twentieth of the request. */
interface Guard {
  readonly isNeeded: boolean;
  /** The name under which it was asked last, and answers. */
  served?: string;
}

const guards = new WeakMap<OriginSettings, Guard>();

/**
 * The host that a request names, if the service does not answer under that name. Every program on this machine may use a service
 * that is bound to loopback only. A foreign page must not reach it by a name that resolves to this machine (DNS rebinding): the
 * browser takes both for one origin and sends no `Origin`. The same holds behind a proxy on loopback, where ALLOWED_HOSTS is set.
 * The service answers under names of loopback, those in ALLOWED_HOSTS and the hosts of ALLOWED_ORIGINS. With keys it answers
 * under every name, since a foreign page has no token.
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
