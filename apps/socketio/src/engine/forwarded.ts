import { INTERNALS } from '@tetracast/node-io';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Says that a request was forwarded by another process of the service. */
export const FORWARDED_HEADER = 'x-tetracast-forwarded';

/** What the header tells. */
export interface Forwarded {
  /** `port`: it was sent to a port that several processes share, so any of them may have it; `door`: to its owner alone. */
  readonly to: 'port' | 'door';
  /** The key of the port it is meant for: nobody can know it who does not read the bus. */
  readonly key: string;
  /** The address it came from, as the first process saw it. */
  readonly clientAddress: string;
}

export function writeForwarded({ to, key, clientAddress }: Forwarded): string {
  return `${to} ${key} ${clientAddress}`;
}

/** `undefined`: it comes from a client, or from a proxy in front. What cannot be read was made up, and is forwarded no more. */
export function readForwarded({ headers }: IncomingMessage): Forwarded | undefined {
  const header = headers[FORWARDED_HEADER];
  if (header === undefined) return undefined;
  const [to, key = '', clientAddress = ''] = String(header).split(' ');
  return { to: to === 'port' ? to : 'door', key, clientAddress };
}

/**
 * Gives the socket of a forwarded request the address of the client, or of its proxy: origins, TRUST_PROXY, limits and the log
 * then see what the first process saw. Only for a request that has the key of this process. Node has no way to set the address
 * of a socket, so an own property hides it.
 */
export function adoptClientAddress(request: IncomingMessage, ownKey: string): void {
  if (!INTERNALS.forwardedAddress) return;
  const forwarded = readForwarded(request);
  const { socket } = request;
  if (forwarded?.key === ownKey && isIP(forwarded.clientAddress) > 0) {
    Object.defineProperty(socket, 'remoteAddress', { value: forwarded.clientAddress, configurable: true });
  } else if (Object.hasOwn(socket, 'remoteAddress')) {
    // The earlier request on the same connection was forwarded.
    Reflect.deleteProperty(socket, 'remoteAddress');
  }
}
