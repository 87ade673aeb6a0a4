import { CodedError, type ErrorCode } from '@tetracast/message-model';
import { answerError, publishRoute, type Tetracast } from '@tetracast/service-kit';
import { detachSocket } from '@tetracast/node-io';
import { parseSubscriptionRequest, requireChannels, single, toCodedError } from '@tetracast/session';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { encodeOpening, type SseFormat } from './sse-framing';
import { SseSink } from './sse-sink';
import { bodyFor } from './stream-body';
import { encodeHead, STREAM_HEADERS } from './stream-head';
import { permissionsForStream, renewingTicket, ticketRoute } from './tickets';

const PATH = '/sse';

type SseRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  await app.register(publishRoute(PATH));
  await app.register(ticketRoute(`${PATH}/ticket`));

  app.get<{ Querystring: Record<string, unknown> }>(PATH, {
    // A stream has no end at which HEAD could know what it would have been.
    exposeHeadRoute: false,
    errorHandler: (error, request, reply) => {
      answerStreamError(tetracast, error, request, reply);
    },
    handler: (request, reply) => openStream(tetracast, request, reply),
  });
};

async function openStream(service: Tetracast, request: SseRequest, reply: FastifyReply): Promise<void> {
  const { access, hub, limits, settings } = service;
  const { query, headers } = request;
  const quota = limits.quotaFor(request.raw);
  const { channels, start, client } = requireChannels(
    parseSubscriptionRequest(query, headers['last-event-id'] as string | undefined),
  );
  const ticket = single(query, 'ticket') || undefined;
  quota.spend('subscribe', channels.length);
  const permissions = await permissionsForStream(service, request, ticket, channels);
  quota.identify(permissions.subject, 'subscribe', channels.length);
  const body = bodyFor(request.raw.httpVersion);
  const sink = new SseSink(body, formatIn(query));
  // Behind an unfinished answer on the same connection there is no line to write to; no browser asks so.
  if (reply.raw.socket === null) throw new CodedError('invalid_request', 'an event stream cannot be pipelined');
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping');

  quota.addConnection();
  const connection = hub.connect(sink, client, quota);
  try {
    access.openPermission(permissions, connection, { client, onRenewed: renewingTicket(service, ticket, channels) });
    await connection.subscribe(channels, start, (cursor) => {
      const socket = detachSocket(reply.raw);
      if (socket === undefined) return;
      void reply.hijack();
      const head = encodeHead(reply.getHeaders(), body.headerLines);
      sink.open(socket, settings.highWaterMark, connection, head, encodeOpening(retryMs(service), cursor));
    });
  } finally {
    if (!sink.isOpen) connection.close();
  }
  if (!sink.isOpen) throw new CodedError('unavailable', 'the service is stopping');
}

function formatIn(query: SseRequest['query']): SseFormat {
  const format = single(query, 'format');
  if (format === undefined || format === '') return 'message';
  if (format === 'data') return format;
  throw new CodedError('invalid_request', '"format" may only be "data"');
}

/** What passes by itself: an `EventSource` that is refused for it would never come back. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['unavailable', 'overloaded', 'rate_limited', 'internal']);

/** A stream that only says when to come back, or, for what is wrong with the request itself, the problem. */
function answerStreamError(service: Tetracast, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code } = toCodedError(error);
  if (!PASSING.has(code)) {
    answerError(error, request, reply);
    return;
  }
  if (code === 'internal') request.log.error({ err: error }, 'request failed');
  void reply
    .code(200)
    .headers(STREAM_HEADERS)
    .send(encodeOpening(retryMs(service)));
}

/** Clients that were cut together come back one by one: half to one and a half of SSE_RETRY_INTERVAL. */
function retryMs({ settings }: Tetracast): number {
  return Math.round(settings.sseRetryIntervalMs * (0.5 + Math.random()));
}

export const ssePlugin = fp(plugin, {
  name: 'sse',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
