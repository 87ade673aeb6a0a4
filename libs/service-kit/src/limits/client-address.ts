import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/** What of a request tells whence it comes. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export type ClientAddress = (request: Arrival) => string;

/** A provider gives a household or a server that many addresses, so one who is limited would simply take the next. */
const IPV6_BITS = 64;

/**
 * Whence a request comes, for limits: an IPv4 address, or the network of 64 bits of an IPv6 one. `X-Forwarded-For` is read
 * from its end as long as who added to it is in `trustProxy`, as Fastify does for `request.ip`; also for requests that
 * Fastify does not see. Empty when nothing is known.
 */
export function createClientAddress(trustProxy: readonly string[]): ClientAddress {
  if (trustProxy.length === 0) return ({ socket }) => networkOf(socket.remoteAddress);
  const isTrusted = proxyAddr.compile([...trustProxy]);
  // Its types ask for the whole request; it reads these two.
  return (request) => networkOf(proxyAddr(request as unknown as IncomingMessage, isTrusted));
}

/** What counts as one address. Empty for what is none. */
export function networkOf(address = ''): string {
  if (isIPv4(address)) return address;
  // A proxy may have written anything there.
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_BITS}`).toString()}/${IPV6_BITS}`;
}
