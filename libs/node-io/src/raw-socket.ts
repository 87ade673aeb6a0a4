import type { WebSocket } from 'ws';
import type { Socket } from 'node:net';

/**
 * The TCP socket below a WebSocket; `ws` shows it under this name only. Writing whole frames to it keeps their order with
 * what `ws` itself sends (pong, close) as long as no extension is agreed: then `ws` has no queue of its own.
 */
export function rawSocketOf(websocket: WebSocket): Socket {
  return (websocket as unknown as { readonly _socket: Socket })._socket;
}
