import { INTERNALS } from '@tetracast/node-io';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The header of a request that another process of the service forwarded. */
export const FORWARDED_HEADER = 'x-tetracast-forwarded';

/** The content of the header. */
export interface Forwarded {
  /** `port`: it was sent to a port that several processes may share. `worker`: to the listener of one worker. */
  readonly to: 'port' | 'worker';
  /** The key of the processes on the port it is for. Only a process that reads the store knows it. */
  readonly key: string;
  /** The remote address that the first process saw. */
  readonly clientAddress: string;
}

export function writeForwarded({ to, key, clientAddress }: Forwarded): string {
  return `${to} ${key} ${clientAddress}`;
}

/** `undefined` for a request of a client or a proxy. A header that cannot be read counts as `worker`: it is not forwarded. */
export function readForwarded({ headers }: IncomingMessage): Forwarded | undefined {
  const header = headers[FORWARDED_HEADER];
  if (header === undefined) return undefined;
  const [to, key = '', clientAddress = ''] = String(header).split(' ');
  return { to: to === 'port' ? to : 'worker', key, clientAddress };
}

/**
 * Gives the socket of a forwarded request the remote address that the first process saw, for origins, TRUST_PROXY, limits and log
 * lines. Only for a request with the key of this process. Node cannot set the address of a socket, so a property of the object
 * hides it.
 */
export function adoptClientAddress(request: IncomingMessage, ownKey: string): void {
  if (!INTERNALS.forwardedAddress) return;
  const forwarded = readForwarded(request);
  const { socket } = request;
  if (forwarded?.key === ownKey && isIP(forwarded.clientAddress) > 0) {
    Object.defineProperty(socket, 'remoteAddress', { value: forwarded.clientAddress, configurable: true });
  } else if (Object.hasOwn(socket, 'remoteAddress')) {
    // An earlier request on the same connection was forwarded.
    Reflect.deleteProperty(socket, 'remoteAddress');
  }
}
