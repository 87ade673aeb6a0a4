import { CodedError } from '@tetracast/message-model';
import { publishRoute, type Tetracast } from '@tetracast/service-kit';
import { openSession, parseSubscriptionRequest, requireChannels } from '@tetracast/session';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { OutgoingHttpHeaders } from 'node:http';
import { NdjsonSink } from './ndjson-sink';

const PATH = '/ndjson';

/** What keeps caches and proxies from storing or collecting the response. */
const HEADERS = {
  'content-type': 'application/x-ndjson',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

type NdjsonRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

const plugin: FastifyPluginAsync = async (app) => {
  await app.register(publishRoute(PATH));
  app.get(PATH, { exposeHeadRoute: false }, (request: NdjsonRequest, reply) => answer(app.tetracast, request, reply));
};

/** Answers with a response that does not end, or throws why not. */
async function answer(service: Tetracast, request: NdjsonRequest, reply: FastifyReply): Promise<void> {
  const subscription = requireChannels(parseSubscriptionRequest(request.query));
  // Behind an unfinished answer on the same connection.
  if (reply.raw.socket === null) throw new CodedError('invalid_request', 'a stream cannot be pipelined');
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping: try again');
  const sink = new NdjsonSink(reply.raw);
  const session = await openSession(service, {
    transport: 'ndjson',
    action: 'subscribe',
    sink,
    request: request.raw,
    subscription,
    onBegin: (cursor, { connection }) => {
      if (reply.raw.destroyed) return;
      void reply.hijack();
      sink.open({ ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEADERS }, connection);
      sink.send({ type: 'subscribed', channels: subscription.channels, cursor });
    },
  });
  if (sink.isOpen) return;
  session.close();
  throw new CodedError('unavailable', 'the service is stopping: try again');
}

/** `GET /ndjson` subscribes, `POST /ndjson` publishes. */
export const ndjsonPlugin = fp(plugin, {
  name: 'ndjson',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
