import { CodedError } from '@tetracast/message-model';
import { publishRoute, type Tetracast } from '@tetracast/service-kit';
import { openSession, TimeoutQueue } from '@tetracast/session';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { parsePollRequest, type PollRequest } from './poll-request';
import { PollSink } from './poll-sink';

const PATH = '/polling';
/** The precision of a wait. */
const TICK_MS = 50;

const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  const timeouts = new TimeoutQueue<PollSink>(tetracast.runtime, TICK_MS, (sink) => {
    sink.wake();
  });
  await app.register(publishRoute(PATH));

  // No HEAD: it would have to wait as long as GET.
  app.get<{ Querystring: Record<string, unknown> }>(PATH, { exposeHeadRoute: false }, async (request, reply) => {
    const poll = parsePollRequest(request.query, request.headers, tetracast.settings);
    const sink = new PollSink(poll.limit, tetracast.settings.highWaterMark);
    await collect(tetracast, timeouts, poll, sink, reply);
    return answer(poll, sink, reply);
  });
};

/** Subscribes one poll, and resolves when the server can respond. */
async function collect(
  service: Tetracast,
  timeouts: TimeoutQueue<PollSink>,
  poll: PollRequest,
  sink: PollSink,
  { raw, request }: FastifyReply,
): Promise<void> {
  const { start, waitMs } = poll;
  const session = await openSession(service, {
    transport: 'polling',
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
    // The end of its token ends the connection, so the server responds early. The next poll has another token.
    session.registerPermission();
    const tick = timeouts.add(sink, waitMs);
    await sink.whenContent();
    timeouts.remove(sink, tick);
    await connection.whenCaughtUp();
  } finally {
    session.close();
  }
}

/** Responds with 304 if the client has the latest cursor, else with the messages of the sink. */
function answer({ knownCursors, preferenceApplied }: PollRequest, sink: PollSink, reply: FastifyReply): FastifyReply {
  const { cursor } = sink;
  // The client or the service closed the poll before it began. A client that closed it gets no response.
  if (cursor === undefined) throw new CodedError('unavailable', 'the service is stopping: try again');
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
