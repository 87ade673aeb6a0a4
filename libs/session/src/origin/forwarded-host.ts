import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { OriginSettings } from '../session-settings';

/**
 * The host that a request names; empty if it names none. `remoteAddress` is that of the socket: the service believes the
 * `X-Forwarded-Host` of proxies in TRUST_PROXY only.
 */
export function requestedHost(
  headers: IncomingHttpHeaders,
  { trustProxy }: Pick<OriginSettings, 'trustProxy'>,
  remoteAddress?: string,
): string {
  const forwarded = headers['x-forwarded-host'];
  if (typeof forwarded === 'string' && remoteAddress !== undefined && isTrusted(remoteAddress, trustProxy)) {
    return (forwarded.split(',')[0] ?? '').trim();
  }
  return headers.host ?? '';
}

function isTrusted(remoteAddress: string, networks: readonly string[]): boolean {
  if (networks.length === 0 || !ipaddr.isValid(remoteAddress)) return false;
  const address = ipaddr.process(remoteAddress);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(withBits(network));
    return base.kind() === address.kind() && address.match(base, bits);
  });
}

function withBits(network: string): string {
  if (network.includes('/')) return network;
  return `${network}/${ipaddr.parse(network).kind() === 'ipv4' ? 32 : 128}`;
}
