import type { Socket } from 'socket.io';

/**
 * Gives a socket the id that it had on an earlier connection, before its CONNECT is answered. Socket.IO would do so itself before
 * anybody could look at the client's token or at the log; it keeps those that wait for their CONNECT by their ids.
 */
export function renameSocket(socket: Socket, id: string): void {
  const { _preConnectSockets: waiting } = socket.nsp as unknown as { readonly _preConnectSockets: Map<string, Socket> };
  waiting.delete(socket.id);
  Object.assign(socket, { id });
  waiting.set(id, socket);
}
