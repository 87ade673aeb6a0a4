import type { WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import { type Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { PongTimeouts } from './pong-timeouts';
import { ClientFrames } from './client-frames';
import { WebSocketSink } from './websocket-sink';

/**
 * The life of one WebSocket, from its handshake on. A client that cannot have what its URL asks for gets an error frame and a
 * close code, since a browser cannot see why a handshake was refused.
 */
export function openWebSocket(
  service: Tetracast,
  websocket: WebSocket,
  handshake: IncomingMessage,
  pongTimeouts: PongTimeouts,
  logger: FastifyBaseLogger,
): void {
  websocket.on('error', endBroken);
  const sink = new WebSocketSink(websocket, handshake.socket, service.settings.highWaterMark, pongTimeouts);
  if (service.draining) {
    sink.close('going_away');
    return;
  }
  const frames = new ClientFrames(service, websocket, sink, logger);
  sink.owner = frames;
  listen(websocket, frames);
  frames.open(handshake);
}

/** Apart, so that what lives as long as the connection holds nothing else of its handshake. */
function listen(websocket: WebSocket, frames: ClientFrames): void {
  websocket.on('message', (data, isBinary) => {
    frames.onFrame(data, isBinary);
  });
}

/** `ws` is closing a connection that broke the protocol, with the code that says how. */
function endBroken(this: WebSocket): void {
  if (this.readyState === this.OPEN) this.terminate();
}
