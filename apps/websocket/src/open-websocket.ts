import type { WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import { closeNameOf } from '@tetracast/message-model';
import { type Tetracast } from '@tetracast/service-kit';
import { queryOf } from '@tetracast/node-io';
import { extractToken, parseSubscriptionRequest, type SubscriptionRequest, toCodedError } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { PongTimeouts } from './pong-timeouts';
import { ClientFrames } from './client-frames';
import { WebSocketSink } from './websocket-sink';

/**
 * The life of one WebSocket, from its handshake on. What is wrong with its URL is told by a frame and a close code, since
 * a browser cannot see why a handshake was refused.
 */
export function openWebSocket(
  service: Tetracast,
  websocket: WebSocket,
  asked: IncomingMessage,
  answers: PongTimeouts,
  log: FastifyBaseLogger,
): void {
  const { hub, limits, settings } = service;
  websocket.on('error', endBroken);
  const sink = new WebSocketSink(websocket, asked.socket, settings.highWaterMark, answers);
  if (service.draining) {
    sink.close('going_away');
    return;
  }
  const quota = limits.quotaFor(asked);
  let request: SubscriptionRequest;
  let token: string | undefined;
  try {
    request = parseSubscriptionRequest(queryOf(asked));
    token = extractToken(asked);
    quota.addConnection();
  } catch (error) {
    const refusal = toCodedError(error);
    sink.refuse(refusal);
    sink.close(closeNameOf(refusal.code));
    return;
  }
  const connection = hub.connect(sink, request.client, quota);
  const frames = new ClientFrames(service, connection, websocket, sink, quota, log);
  sink.owner = frames;
  listen(websocket, frames);
  frames.open(request, token);
}

/** Apart, so that what lives as long as the line holds nothing else of its handshake. */
function listen(websocket: WebSocket, frames: ClientFrames): void {
  websocket.on('message', (data, isBinary) => {
    frames.onFrame(data, isBinary);
  });
}

/** A line that broke the protocol is being closed by `ws`, with the code that says how. */
function endBroken(this: WebSocket): void {
  if (this.readyState === this.OPEN) this.terminate();
}
