import type { WebSocket } from '@fastify/websocket';
import {
  parseSubscriptionRequest,
  type SubscriptionRequest,
  type Tetracast,
  toCodedError,
} from '@tetracast/service-kit';
import type { FastifyRequest } from 'fastify';
import { ClientFrames } from './client-frames';
import { WebSocketSink } from './websocket-sink';

/**
 * The life of one WebSocket, from its handshake on. What is wrong with its URL is told by a frame and a close code, since
 * a browser cannot see why a handshake was refused.
 */
export function openWebSocket(service: Tetracast, websocket: WebSocket, { query, log }: FastifyRequest): void {
  const { hub, settings } = service;
  const sink = new WebSocketSink(websocket, settings.highWaterMark);
  let request: SubscriptionRequest;
  try {
    request = parseSubscriptionRequest(query as Record<string, unknown>);
  } catch (error) {
    sink.refuse(toCodedError(error));
    sink.close('bad_request');
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
  frames.open(request);
}
