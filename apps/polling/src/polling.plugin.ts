import { CodedError } from '@tetracast/message-model';
import { publishRoute, type Tetracast } from '@tetracast/service-kit';
import { openSession, TimeoutQueue } from '@tetracast/session';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { parsePollRequest, type PollRequest } from './poll-request';
import { PollSink } from './poll-sink';

const PATH = '/polling';
/** How exactly a wait is kept. */
const TICK_MS = 50;

const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  const timeouts = new TimeoutQueue<PollSink>(tetracast.runtime, TICK_MS, (sink) => {
    sink.wake();
  });
  await app.register(publishRoute(PATH));

  // No HEAD: it would have to wait as long as GET does, to answer with less.
  app.get<{ Querystring: Record<string, unknown> }>(PATH, { exposeHeadRoute: false }, async (request, reply) => {
    const poll = parsePollRequest(request.query, request.headers, tetracast.settings);
    const sink = new PollSink(poll.limit, tetracast.settings.highWaterMark);
    await collect(tetracast, timeouts, poll, sink, reply);
    return answer(poll, sink, reply);
  });
};

/** One poll from its subscription to the moment it can be answered. */
async function collect(
  service: Tetracast,
  timeouts: TimeoutQueue<PollSink>,
  poll: PollRequest,
  sink: PollSink,
  { raw, request }: FastifyReply,
): Promise<void> {
  const { start, waitMs } = poll;
  const session = await openSession(service, {
    action: 'poll',
    sink,
    request: request.raw,
    quota: service.limits.quotaForRequest(request.raw),
    subscription: poll,
    registersLater: true,
    onConnect: ({ connection }) => {
      raw.once('close', () => {
        connection.close();
        sink.close();
      });
    },
    onBegin: (cursor) => {
      sink.cursor = start.kind === 'after' ? start.cursor : cursor;
    },
  });
  const { connection } = session;
  try {
    await connection.whenCaughtUp();
    if (waitMs === 0 || service.draining || sink.hasContent || sink.closed) return;
    // A poll that outlives its token is answered early, since that ends its connection: the next poll brings its own.
    session.registerPermission();
    const due = timeouts.add(sink, waitMs);
    await sink.whenContent();
    timeouts.remove(sink, due);
    await connection.whenCaughtUp();
  } finally {
    session.close();
  }
}

/** 304 when the client knows that nothing is new, else what the sink took. */
function answer({ knownCursors, preferenceApplied }: PollRequest, sink: PollSink, reply: FastifyReply): FastifyReply {
  const { cursor } = sink;
  // Closed before it began: by its client, which gets no answer, or by the service.
  if (cursor === undefined) throw new CodedError('unavailable', 'the service is stopping');
  void reply.header('etag', `"${cursor}"`).header('cache-control', 'no-store');
  if (preferenceApplied !== undefined) void reply.header('preference-applied', preferenceApplied);
  if (!sink.hasContent && knownCursors.includes(cursor)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(sink.body());
}

export const pollingPlugin = fp(plugin, {
  name: 'polling',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
