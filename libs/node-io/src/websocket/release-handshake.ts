import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { responseUnderWay } from '../http/broken-connection';
import { INTERNALS } from '../internals';

/**
 * Lets go of the request and the response of a handshake that `@fastify/websocket` has accepted. Its listener for `error` and
 * the socket's response keep them otherwise as long as the connection lives, which costs 1.7 KB of an idle connection.
 * The caller MUST listen for `error` itself, in the same turn.
 */
export function releaseHandshake(websocket: WebSocket, { socket }: IncomingMessage): void {
  if (!INTERNALS.releaseHandshake) return;
  responseUnderWay(socket)?.detachSocket(socket);
  websocket.removeAllListeners('error');
}
