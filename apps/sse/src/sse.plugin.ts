import { CodedError, type ErrorCode } from '@tetracast/message-model';
import { answerError, publishRoute, type Tetracast } from '@tetracast/service-kit';
import { bodyFor, encodeHead, encodeOpening, SseSink, STREAM_HEADERS } from '@tetracast/service-kit/event-stream';
import { detachSocket } from '@tetracast/node-io';
import { openSession, parseFormat, parseSubscriptionRequest } from '@tetracast/session';
import { requireChannels, single, toCodedError } from '@tetracast/session';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { ticketRoute } from './tickets';

const PATH = '/sse';

type SseRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  await app.register(publishRoute(PATH));
  await app.register(ticketRoute(`${PATH}/ticket`));

  app.get<{ Querystring: Record<string, unknown> }>(PATH, {
    // No HEAD: a stream has no length, and opening one is work.
    exposeHeadRoute: false,
    errorHandler: (error, request, reply) => {
      answerStreamError(tetracast, error, request, reply);
    },
    handler: (request, reply) => openStream(tetracast, request, reply),
  });
};

async function openStream(service: Tetracast, request: SseRequest, reply: FastifyReply): Promise<void> {
  const { settings } = service;
  const { query, headers } = request;
  const subscription = requireChannels(parseSubscriptionRequest(query, headers['last-event-id'] as string | undefined));
  const ticket = single(query, 'ticket') || undefined;
  const body = bodyFor(request.raw.httpVersion);
  const sink = new SseSink(body, body.framings[parseFormat(query)]);
  // Behind an unfinished response on the same connection there is no socket to write to. No browser sends such a request.
  if (reply.raw.socket === null)
    throw new CodedError(
      'invalid_request',
      'an event stream cannot be pipelined: send the request on another connection',
    );
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping: try again');

  const session = await openSession(service, {
    transport: 'sse',
    action: 'subscribe',
    sink,
    request: request.raw,
    credential: ticket === undefined ? undefined : { ticket },
    subscription,
    onBegin: (cursor, { connection }) => {
      const socket = detachSocket(reply.raw);
      if (socket === undefined) return;
      void reply.hijack();
      const head = encodeHead(reply.getHeaders(), body.headerLines, service.runtime.now());
      sink.open(socket, settings.highWaterMark, connection, head, encodeOpening(retryMs(service), cursor));
    },
  });
  if (sink.isOpen) return;
  session.close();
  throw new CodedError('unavailable', 'the service is stopping: try again');
}

/** Temporary errors: an `EventSource` that gets an error status never reconnects. */
const TEMPORARY: ReadonlySet<ErrorCode> = new Set(['unavailable', 'overloaded', 'rate_limited', 'internal']);

/** Answers a temporary error with a stream that only sets the time before a reconnect, any other error with a problem. */
function answerStreamError(service: Tetracast, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code } = toCodedError(error);
  if (!TEMPORARY.has(code)) {
    answerError(error, request, reply);
    return;
  }
  if (code === 'internal') request.log.error({ err: error }, 'request failed');
  void reply
    .code(200)
    .headers(STREAM_HEADERS)
    .send(encodeOpening(retryMs(service)));
}

/** Half to one and a half of SSE_RETRY_INTERVAL, so that clients that were cut together reconnect one by one. */
function retryMs({ settings, runtime }: Tetracast): number {
  return Math.round(settings.sseRetryIntervalMs * (0.5 + runtime.random()));
}

export const ssePlugin = fp(plugin, {
  name: 'sse',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
