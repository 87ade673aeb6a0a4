import type { IncomingHttpHeaders } from 'node:http';
import { type KeySettings, keysIn } from '../access/keys';
import { hostOf } from '../forwarded-host';
import type { Settings } from '../settings';
import { isLoopback } from '../settings-contradictions';

type HostSettings = Pick<Settings, 'host' | 'allowedOrigins' | 'trustProxy'> & KeySettings;

/** What was found out once: to read names and addresses anew for each request costs a twentieth of one. */
interface Guard {
  readonly isNeeded: boolean;
  /** The name under which it was asked last, and answers. */
  served?: string;
}

const guards = new WeakMap<HostSettings, Guard>();

/**
 * The host a request names, if the service is not to answer under that name. Whoever is on this machine may use a service that
 * is bound to loopback only, so that a page must not get at it by a name of its own that leads here (DNS rebinding): the
 * browser takes both for one origin, and sends no `Origin`. Names of loopback are served, and the hosts of ALLOWED_ORIGINS;
 * every name where tokens say who may use it, since such a page has none.
 */
export function foreignHost(headers: IncomingHttpHeaders, settings: HostSettings, peer?: string): string | undefined {
  let guard = guards.get(settings);
  if (guard === undefined) {
    guard = { isNeeded: isLoopback(settings.host) && keysIn(settings) === undefined };
    guards.set(settings, guard);
  }
  if (!guard.isNeeded) return undefined;
  const host = hostOf(headers, settings, peer);
  // Browsers always name one.
  if (host === '' || host === guard.served) return undefined;
  if (!isServed(host, settings.allowedOrigins)) return host;
  guard.served = host;
  return undefined;
}

function isServed(host: string, allowedOrigins: readonly string[]): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return isLoopbackName(hostname) || allowedOrigins.some((origin) => new URL(origin).hostname === hostname);
}

function isLoopbackName(hostname: string): boolean {
  // Names below `localhost` lead to loopback as well (RFC 6761, section 6.3).
  return hostname.endsWith('.localhost') || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
