import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange, in ms. */
  readonly timeoutMs: number;
}

/** In a network without IPv4, DNS64 gives a name such an address for each of IPv4 (RFC 6052). */
const TRANSLATED = '64:ff9b::';
const TRANSLATED_BITS = 96;

/**
 * Addresses that are not on the public internet (RFC 6890), or that lead to an IPv4 address of any kind through a tunnel or a
 * translator of a private network. Those of IPv4 also stand for their mapped ones, `::ffff:10.0.0.1`, and their translated ones.
 */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
  PRIVATE.addSubnet(TRANSLATED + network, TRANSLATED_BITS + prefix, 'ipv6');
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address is one that only this machine or a private network has. */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether the operator who wrote this URL meant an address that may be private: an address itself, or a name that public DNS cannot
 * have.
 */
function namesPrivateHost({ hostname }: URL): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !hostname.includes('.');
}

/** Refuses the connection if a public name leads to a private address. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, found: LookupAddress[] | undefined) => {
    // Absent with an error.
    const addresses = found ?? [];
    const hidden = addresses.find(({ address }) => isPrivateAddress(address));
    const refusal =
      hidden === undefined
        ? undefined
        : new Error(`${hostname} leads to ${hidden.address}, a private address: name that address`);
    const [first] = addresses;
    const failure = error ?? refusal ?? (first === undefined ? new Error(`${hostname} has no address`) : null);
    if (options.all === true) callback(failure, addresses);
    else callback(failure, first?.address ?? '', first?.family);
  });
};

/**
 * Sends a POST to a server of the operator. It follows no redirect, and no public name to a private address. Resolves with the status;
 * rejects if there is no answer in time.
 */
export function postOutside({ url, headers, body, timeoutMs }: Post): Promise<number> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false as const,
      signal: AbortSignal.timeout(timeoutMs),
      ...(namesPrivateHost(url) ? {} : { lookup: lookUpPublic }),
    };
    const sent = send(url, options, (response) => {
      response.on('error', reject);
      // What it says does not matter, and may be endless.
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
