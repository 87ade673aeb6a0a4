import { CodedError } from '@tetracast/message-model';
import { publishRoute, type Tetracast } from '@tetracast/service-kit';
import { authenticateRequest, parseSubscriptionRequest, requireChannels } from '@tetracast/session';
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
  // Behind an unfinished answer on the same connection.
  if (reply.raw.socket === null) throw new CodedError('invalid_request', 'a stream cannot be pipelined');
  const sink = new NdjsonSink(reply.raw);
  await subscribe(service, request, sink, (channels, cursor, connection) => {
    if (reply.raw.destroyed) return;
    void reply.hijack();
    sink.open({ ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEADERS }, connection);
    sink.send({ type: 'subscribed', channels, cursor });
  });
  if (!sink.isOpen) throw new CodedError('unavailable', 'the service is stopping: try again');
}

type Connection = ReturnType<Tetracast['hub']['connect']>;
type OnSubscribed = (channels: readonly string[], cursor: string, connection: Connection) => void;

/** From a request to a connection: who asks, what it may do, how much of it, and from where it begins. */
async function subscribe(service: Tetracast, request: NdjsonRequest, sink: NdjsonSink, onSubscribed: OnSubscribed) {
  const { access, hub } = service;
  const { channels, start, client } = requireChannels(parseSubscriptionRequest(request.query));
  const { quota, permissions } = await authenticateRequest(service, request.raw, 'subscribe', channels.length);
  permissions.requireSubscribe(channels);
  if (service.draining) throw new CodedError('unavailable', 'the service is stopping: try again');
  quota.addConnection();
  const connection = hub.connect(sink, client, quota);
  try {
    access.openPermission(permissions, connection, { client });
    await connection.subscribe(channels, start, (cursor) => onSubscribed(channels, cursor, connection));
  } finally {
    if (!sink.isOpen) connection.close();
  }
}

/** `GET /ndjson` subscribes, `POST /ndjson` publishes. */
export const ndjsonPlugin = fp(plugin, {
  name: 'ndjson',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
