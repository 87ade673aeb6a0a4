import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv4 } from 'node:net';

/** The part of a request that tells where it comes from. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export type ClientAddress = (request: Arrival) => string;

/** A provider gives a household or a server so many addresses that a limited client would simply take the next. */
const IPV6_BITS = 64;

/**
 * Finds the address a request comes from, empty when it is unknown. It reads `X-Forwarded-For`, or else `Forwarded` (RFC 7239),
 * from its end for as long as the proxy that added to it is in `trustProxy`. At an entry that is no address it stops: then
 * the address is the last proxy's own.
 */
export function createClientAddress(trustProxy: readonly string[]): ClientAddress {
  if (trustProxy.length === 0) return ({ socket }) => socket.remoteAddress ?? '';
  const isTrusted = proxyAddr.compile([...trustProxy]);
  return ({ headers, socket }) => {
    let address = socket.remoteAddress ?? '';
    const hops = isTrusted(address, 0) ? hopsIn(headers) : [];
    for (let hop = hops.pop(); hop !== undefined; hop = isTrusted(hop, 0) ? hops.pop() : undefined) {
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };
}

/** What counts as one address for limits: an IPv4 address, or the network of 64 bits of an IPv6 one. Empty for anything else. */
export function networkOf(address = ''): string {
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_BITS}`).toString()}/${IPV6_BITS}`;
}

/** The addresses of the client and of the proxies behind it, the nearest last. */
function hopsIn({ 'x-forwarded-for': forwardedFor, forwarded }: IncomingHttpHeaders): string[] {
  if (forwardedFor !== undefined) return elementsOf(String(forwardedFor)).map(addressIn);
  return elementsOf(forwarded ?? '').map((element) => addressIn(FOR.exec(element)?.[1] ?? ''));
}

const FOR = /(?:^|;)\s*for=("[^"]*"|[^;]*)/i;

// No address has a comma, quoted or not; an empty element is none (RFC 9110, section 5.6.1).
function elementsOf(header: string): string[] {
  return header.split(',').filter((element) => element.trim() !== '');
}

/** An address as proxies write it: in quotes or not, an IPv6 one in brackets or not, with a port, an obfuscated one too, or without. */
function addressIn(text: string): string {
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const [, inBrackets, beforePort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(?:\d+|_[\w.-]+))?$/.exec(bare) ?? [];
  return inBrackets ?? beforePort ?? bare;
}
