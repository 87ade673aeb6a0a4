import type { WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import { closeNameOf } from '@tetracast/message-model';
import {
  carriedToken,
  parseSubscriptionRequest,
  queryOf,
  type SubscriptionRequest,
  type Tetracast,
  toCodedError,
} from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { AnswerDeadlines } from './answer-deadlines';
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
  answers: AnswerDeadlines,
  log: FastifyBaseLogger,
): void {
  const { hub, limits, settings } = service;
  websocket.on('error', endBroken);
  const sink = new WebSocketSink(websocket, settings.highWaterMark, answers);
  if (service.draining) {
    sink.close('going_away');
    return;
  }
  const caller = limits.callerOf(asked);
  let request: SubscriptionRequest;
  let token: string | undefined;
  try {
    request = parseSubscriptionRequest(queryOf(asked));
    token = carriedToken(asked);
    caller.enter();
  } catch (error) {
    const refusal = toCodedError(error);
    sink.refuse(refusal);
    sink.close(closeNameOf(refusal.code));
    return;
  }
  const connection = hub.connect(sink, request.client, caller);
  const frames = new ClientFrames(service, connection, websocket, sink, caller, log);
  sink.owner = frames;
  listen(websocket, frames);
  frames.open(request, token);
}

/** Apart, so that what lives as long as the line holds nothing else of its handshake. */
function listen(websocket: WebSocket, frames: ClientFrames): void {
  websocket.on('message', (data, isBinary) => {
    frames.take(data, isBinary);
  });
}

/** A line that broke the protocol is being closed by `ws`, with the code that says how. */
function endBroken(this: WebSocket): void {
  if (this.readyState === this.OPEN) this.terminate();
}
