import { CodedError, explainChannel, isChannel } from '@tetracast/message-model';
import { authenticateRequest, cancel, clientIn } from '@tetracast/session';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import '../tetracast';

interface CancelRoute {
  readonly Params: { readonly channel: string };
  readonly Querystring: Readonly<Record<string, unknown>>;
}

/**
 * `POST /channels/{channel}/cancel` asks the publishers of a channel to stop: 201 once stored, 200 with the id of the message that was
 * stored in the last second. `client` in the URL names the client. The body of the request is ignored.
 */
const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  app.post<CancelRoute>('/channels/:channel/cancel', async (request, reply) => {
    const permissions = await authenticateRequest(tetracast, request.raw, 'publish');
    const { channel } = request.params;
    if (!isChannel(channel)) throw new CodedError('invalid_channel', explainChannel(channel));
    const client = clientIn(request.query);
    const { id, duplicate } = await cancel(tetracast, channel, {
      permissions,
      quota: tetracast.limits.namespaceQuota(request.raw, permissions.subject),
      ...(client === undefined ? {} : { client }),
    });
    void reply.code(duplicate ? 200 : 201).header('cache-control', 'no-store');
    return { id, channel };
  });
};

export const cancelRoute = fp(plugin, {
  name: 'cancel-route',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
