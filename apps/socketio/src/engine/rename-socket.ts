import { INTERNALS } from '@tetracast/node-io';
import type { Socket } from 'socket.io';

/** In place of a handshake that is not needed any more: its headers are larger than an idle connection. */
const NO_HANDSHAKE = {};

/**
 * Gives a socket the id that it had on an earlier connection, before its CONNECT is answered. Socket.IO's own recovery would do so
 * before the server could check the client's token or read the message log. Socket.IO keeps sockets that wait for their CONNECT by
 * id, in a private map.
 */
export function renameSocket(socket: Socket, id: string): void {
  if (!INTERNALS.socketioRecovery) return;
  const { _preConnectSockets: waiting } = socket.nsp as unknown as { readonly _preConnectSockets: Map<string, Socket> };
  waiting.delete(socket.id);
  Object.assign(socket, { id });
  waiting.set(id, socket);
}

/**
 * Sets what Socket.IO sends with its answer to CONNECT: the stock client takes itself for recovered if it gets the private id it
 * had. Socket.IO sets these read-only fields itself only for its own recovery. It also drops the handshake.
 */
export function setRecovery(socket: Socket, recovered: boolean, pid: unknown): void {
  if (INTERNALS.socketioRecovery) Object.assign(socket, { recovered, pid, handshake: NO_HANDSHAKE });
}
