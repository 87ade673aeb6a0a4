import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { OriginSettings } from '../session-settings';

/**
 * The host a request was sent to, empty when it names none. `peer` is the address of the other end of the socket: only a
 * proxy in TRUST_PROXY is believed its `X-Forwarded-Host`.
 */
export function requestedHost(
  headers: IncomingHttpHeaders,
  { trustProxy }: Pick<OriginSettings, 'trustProxy'>,
  peer?: string,
): string {
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
