import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A POST to a server of the operator. */
interface OutsideRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Ends the request, and its response. */
  readonly signal: AbortSignal;
  /** Whether the connection serves further requests. Default `false`. */
  readonly keepAlive?: boolean;
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

const KEPT = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };

/**
 * Sends a POST to a server of the operator. It follows no redirect, and no public name to a private address: each connection goes to
 * the addresses that were checked. Resolves with the head of the response; rejects if there is none.
 */
export async function requestOutside(request: OutsideRequest): Promise<IncomingMessage> {
  for (;;) {
    const sent = send(request);
    try {
      return await responseTo(sent);
    } catch (error) {
      // The server closed a connection that was kept, before it saw the request.
      if (!sent.reusedSocket || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    }
  }
}

function send({ url, headers, body, signal, keepAlive = false }: OutsideRequest): ClientRequest {
  const isSecure = url.protocol === 'https:';
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: keepAlive ? KEPT[isSecure ? 'https:' : 'http:'] : (false as const),
    signal,
    ...(namesPrivateHost(url) ? {} : { lookup: lookUpPublic }),
  };
  const sent = isSecure ? httpsRequest(url, options) : httpRequest(url, options);
  sent.end(body);
  return sent;
}

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
  });
}
