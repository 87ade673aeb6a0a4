import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders } from 'node:http';
import { isWebOrigin } from './setting-readers';
import type { Settings } from './settings';

/**
 * Whether a request from a page of this `Origin` may be served: there is none (no browser, or a request of the page's own
 * origin that names none), it is the origin the request was sent to, or it is in ALLOWED_ORIGINS. The scheme is not
 * compared with the service's own, which does not know whether a proxy in front of it speaks TLS.
 *
 * `peer` is the address of the other end of the socket: only a proxy in TRUST_PROXY is believed its `X-Forwarded-Host`.
 */
export function isAllowedOrigin(
  headers: IncomingHttpHeaders,
  settings: Pick<Settings, 'allowedOrigins' | 'trustProxy'>,
  peer?: string,
): boolean {
  const { origin } = headers;
  if (origin === undefined || settings.allowedOrigins.includes(origin)) return true;
  if (!isWebOrigin(origin)) return false;
  const { protocol, host } = new URL(origin);
  const target = `${protocol}//${hostOf(headers, settings, peer)}`;
  return URL.canParse(target) && new URL(target).host === host;
}

function hostOf(headers: IncomingHttpHeaders, { trustProxy }: Pick<Settings, 'trustProxy'>, peer?: string): string {
  const forwarded = headers['x-forwarded-host'];
  if (typeof forwarded === 'string' && peer !== undefined && isTrusted(peer, trustProxy)) {
    return (forwarded.split(',')[0] ?? '').trim();
  }
  return headers.host ?? '';
}

function isTrusted(peer: string, networks: readonly string[]): boolean {
  if (networks.length === 0 || !ipaddr.isValid(peer)) return false;
  const address = ipaddr.process(peer);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(withBits(network));
    return base.kind() === address.kind() && address.match(base, bits);
  });
}

function withBits(network: string): string {
  if (network.includes('/')) return network;
  return `${network}/${ipaddr.parse(network).kind() === 'ipv4' ? 32 : 128}`;
}
