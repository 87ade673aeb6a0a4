import type { WebSocket } from 'ws';
import { closeFor } from '@tetracast/message-model';
import type { IncomingMessage } from 'node:http';
import {
  carriedToken,
  parseSubscriptionRequest,
  queryOf,
  type SubscriptionRequest,
  type Tetracast,
  toCodedError,
} from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { ClientFrames } from './client-frames';
import { WebSocketSink } from './websocket-sink';

/**
 * The life of one WebSocket, from its handshake on. What is wrong with its URL is told by a frame and a close code, since
 * a browser cannot see why a handshake was refused.
 */
export function openWebSocket(
  service: Tetracast,
  websocket: WebSocket,
  asked: Pick<IncomingMessage, 'headers' | 'url'>,
  log: FastifyBaseLogger,
): void {
  const { hub, settings } = service;
  websocket.on('error', endBroken);
  const sink = new WebSocketSink(websocket, settings.highWaterMark);
  let request: SubscriptionRequest;
  let token: string | undefined;
  try {
    request = parseSubscriptionRequest(queryOf(asked));
    token = carriedToken(asked);
  } catch (error) {
    const refusal = toCodedError(error);
    sink.refuse(refusal);
    sink.close(closeFor(refusal.code));
    return;
  }
  const connection = hub.connect(sink, request.client);
  const frames = new ClientFrames(service, connection, websocket, sink, log);
  sink.onDrain = () => {
    connection.drained();
    frames.regulate();
  };
  sink.onGone = () => {
    connection.close();
  };
  websocket.on('message', (data, isBinary) => {
    frames.take(data, isBinary);
  });
  frames.open(request, token);
}

/** A line that broke the protocol is being closed by `ws`, with the code that says how. */
function endBroken(this: WebSocket): void {
  if (this.readyState === this.OPEN) this.terminate();
}
