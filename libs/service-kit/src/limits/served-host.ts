import type { IncomingHttpHeaders } from 'node:http';
import { type KeySettings, keysIn } from '../access/keys';
import { hostOf } from '../forwarded-host';
import type { Settings } from '../settings';
import { isLoopback } from '../settings-contradictions';

/**
 * The host a request names, if the service is not to answer under that name. Whoever is on this machine may use a service that
 * is bound to loopback only, so that a page must not get at it by a name of its own that leads here (DNS rebinding): the
 * browser takes both for one origin, and sends no `Origin`. Names of loopback are served, and the hosts of ALLOWED_ORIGINS;
 * every name where tokens say who may use it, since such a page has none.
 */
export function foreignHost(
  headers: IncomingHttpHeaders,
  settings: Pick<Settings, 'host' | 'allowedOrigins' | 'trustProxy'> & KeySettings,
  peer?: string,
): string | undefined {
  if (!isLoopback(settings.host) || keysIn(settings) !== undefined) return undefined;
  const host = hostOf(headers, settings, peer);
  // Browsers always name one.
  if (host === '') return undefined;
  if (!URL.canParse(`http://${host}`)) return host;
  const { hostname } = new URL(`http://${host}`);
  const isOwn =
    isLoopbackName(hostname) || settings.allowedOrigins.some((origin) => new URL(origin).hostname === hostname);
  return isOwn ? undefined : host;
}

function isLoopbackName(hostname: string): boolean {
  // Names below `localhost` lead to loopback as well (RFC 6761, section 6.3).
  return hostname.endsWith('.localhost') || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
