import { CodedError, PAGE_MAX } from '@tetracast/message-model';
import {
  authenticateRequest,
  parseSubscriptionRequest,
  readMembers,
  requireChannels,
  single,
} from '@tetracast/session';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import '../tetracast';

/** `GET /presence?channel=…`: a page of the members of one channel. `limit=0` is their number alone. */
const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  app.get<{ Querystring: Readonly<Record<string, unknown>> }>('/presence', async (request, reply) => {
    const permissions = await authenticateRequest(tetracast, request.raw, 'poll');
    const { query } = request;
    const { channels } = requireChannels(parseSubscriptionRequest(query));
    const [channel = '', ...more] = channels;
    if (more.length > 0) throw new CodedError('invalid_request', 'more than one "channel": ask for each by itself');
    tetracast.presence.requireOn(channels);
    permissions.requirePresence(channels);
    void reply.header('cache-control', 'no-store');
    return readMembers(tetracast.bus, channel, { page: single(query, 'page') || undefined, limit: limitIn(query) });
  });
};

function limitIn(query: Readonly<Record<string, unknown>>): number | undefined {
  const text = single(query, 'limit') || undefined;
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new CodedError('invalid_request', '"limit" must be a whole number, 0 or more');
  return Math.min(Number(text), PAGE_MAX);
}

export const presenceRoute = fp(plugin, {
  name: 'presence-route',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
