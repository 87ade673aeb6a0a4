import { CodedError } from '@tetracast/message-model';
import {
  describePermissions,
  parseSubscriptionRequest,
  requireChannels,
  authenticateRequest,
} from '@tetracast/session';
import type { FastifyPluginAsync } from 'fastify';

/**
 * `POST /sse/ticket?channel=…` gives the client, for the token of its request, a ticket for an event stream of these channels. The
 * URL of the stream has it as `ticket=`. 201 `{ticket, channels, useBefore, user?, expiresAt?}`: the client must use the ticket
 * before `useBefore`, in ms since 1970. The body of the request is ignored.
 */
export function ticketRoute(path: string): FastifyPluginAsync {
  return async (app) => {
    const { tetracast } = app;
    const { access } = tetracast;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume();
      done(null);
    });
    app.post<{ Querystring: Record<string, unknown> }>(path, async (request, reply) => {
      const { channels } = requireChannels(parseSubscriptionRequest(request.query));
      if (access.isOpen)
        throw new CodedError('invalid_request', 'this server has no keys: open the stream without a ticket');
      const permissions = await authenticateRequest(tetracast, request.raw, 'subscribe', channels);
      if (permissions.claims === undefined) throw new CodedError('unauthorized', 'send a token to get a ticket');
      permissions.requireSubscribe(channels);
      const issued = await access.tickets.issue(permissions.claims, channels);
      void reply.code(201).header('cache-control', 'no-store');
      return { ...issued, channels, ...describePermissions(permissions) };
    });
  };
}
