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

/** Apart, so that what lives as long as the connection holds nothing else of its handshake. */
function listen(websocket: WebSocket, receiver: Receiver): void {
  websocket.on('message', (data, isBinary) => {
    receiver.onFrame(data, isBinary);
  });
}

/** `ws` is closing a connection that broke the protocol, with the code that says how. */
function endBroken(this: WebSocket): void {
  if (this.readyState === this.OPEN) this.terminate();
}
