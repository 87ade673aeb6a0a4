import { INTERNALS } from '@tetracast/node-io';
import type { Socket } from 'socket.io';

/** Replaces a handshake that is no longer needed. Its headers are larger than an idle connection. */
const NO_HANDSHAKE = {};

/**
 * Gives a socket the id of an earlier connection, before the answer to its CONNECT. The recovery of Socket.IO would do so before the
 * server could check the token and read the message log. Socket.IO keeps sockets that wait for that answer in a private map, by id.
 */
export function renameSocket(socket: Socket, id: string): void {
  if (!INTERNALS.socketioRecovery) return;
  const { _preConnectSockets: waiting } = socket.nsp as unknown as { readonly _preConnectSockets: Map<string, Socket> };
  waiting.delete(socket.id);
  Object.assign(socket, { id });
  waiting.set(id, socket);
}

/**
 * Sets what Socket.IO sends in its answer to CONNECT: the stock client is recovered if it gets the private id it had. Socket.IO sets
 * these read-only fields only in its own recovery. This function also drops the handshake.
 */
export function setRecovery(socket: Socket, recovered: boolean, pid: unknown): void {
  if (INTERNALS.socketioRecovery) Object.assign(socket, { recovered, pid, handshake: NO_HANDSHAKE });
}
