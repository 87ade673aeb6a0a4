import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv4 } from 'node:net';

/** The part of a request that has its address. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export type ClientAddress = (request: Arrival) => string;

/** Providers give one household or server this whole network: a client that reaches a limit would use its next address. */
const IPV6_BITS = 64;

/**
 * Returns a function that finds the address of a request; empty if it is unknown. It reads `X-Forwarded-For`, else `Forwarded`
 * (RFC 7239), from the end, as long as the proxy that added the entry is in `trustProxy`. It stops at an entry that is not an
 * address, and returns that of the proxy.
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

/** What counts as one address for limits: an IPv4 address, or the /64 network of an IPv6 address. Empty for anything else. */
export function networkOf(address = ''): string {
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_BITS}`).toString()}/${IPV6_BITS}`;
}

/** The addresses of the client and of its proxies; the proxy nearest to the server is the last. */
function hopsIn({ 'x-forwarded-for': forwardedFor, forwarded }: IncomingHttpHeaders): string[] {
  if (forwardedFor !== undefined) return elementsOf(String(forwardedFor)).map(addressIn);
  return elementsOf(forwarded ?? '').map((element) => addressIn(FOR.exec(element)?.[1] ?? ''));
}

const FOR = /(?:^|;)\s*for=("[^"]*"|[^;]*)/i;

// No address contains a comma. Empty elements do not count (RFC 9110, section 5.6.1).
function elementsOf(header: string): string[] {
  return header.split(',').filter((element) => element.trim() !== '');
}

/** The address in a text of a proxy: with or without quotes, brackets (IPv6) and a port, which may be obfuscated. */
function addressIn(text: string): string {
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const [, inBrackets, beforePort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(?:\d+|_[\w.-]+))?$/.exec(bare) ?? [];
  return inBrackets ?? beforePort ?? bare;
}
