import type { WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import { queryOf } from '@tetracast/node-io';
import { type Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { PongTimeouts } from './pong-timeouts';
import { ClientFrames } from './client-frames';
import { ClientTexts } from './client-texts';
import { FrameSink } from './frame-sink';
import { PlainSink } from './plain-sink';
import type { Receiver } from './receiver';

/**
 * Serves one WebSocket from its handshake on. If the server refuses what the URL asks for, the client gets an error frame and a close
 * code: a browser does not show a page why a handshake was refused.
 */
export function openWebSocket(
  service: Tetracast,
  websocket: WebSocket,
  handshake: IncomingMessage,
  pongTimeouts: PongTimeouts,
  logger: FastifyBaseLogger,
): void {
  websocket.on('error', endBroken);
  const query = queryOf(handshake);
  const isPlain = query['format'] === 'data';
  const sink = new (isPlain ? PlainSink : FrameSink)(
    websocket,
    handshake.socket,
    service.settings.highWaterMark,
    pongTimeouts,
  );
  if (service.draining) {
    sink.close('going_away');
    return;
  }
  const receiver =
    sink instanceof FrameSink
      ? new ClientFrames(service, websocket, sink, logger)
      : new ClientTexts(service, websocket, sink, logger);
  sink.owner = receiver;
  listen(websocket, receiver);
  receiver.open(handshake, query);
}

/** A function apart: a listener inside `openWebSocket` would keep the handshake as long as the connection. */
function listen(websocket: WebSocket, receiver: Receiver): void {
  websocket.on('message', (data, isBinary) => {
    receiver.onFrame(data, isBinary);
  });
}

/** After a violation of the protocol `ws` closes the connection with the right code. Any other error ends it at once. */
function endBroken(this: WebSocket): void {
  if (this.readyState === this.OPEN) this.terminate();
}
