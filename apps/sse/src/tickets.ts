import { CodedError } from '@tetracast/message-model';
import { type Tetracast } from '@tetracast/service-kit';
import type { Permissions } from '@tetracast/access';
import {
  describePermissions,
  parseSubscriptionRequest,
  requireChannels,
  authenticateRequest,
} from '@tetracast/session';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';

/**
 * `POST /sse/ticket?channel=…`: for the token of the request, a ticket that may stand in the URL of an event stream of these
 * channels as `ticket=`, in place of the token. 201 `{ticket, channels, useBefore, user?, expiresAt?}`: `useBefore` is until when it has
 * to be used first, in ms since 1970. A body is not read.
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
      if (access.isOpen) throw new CodedError('invalid_request', 'this gateway is open: no tickets are needed');
      const { permissions } = await authenticateRequest(tetracast, request.raw, 'subscribe', channels.length);
      if (permissions.claims === undefined)
        throw new CodedError('unauthorized', 'a token is needed: send one to get a ticket');
      permissions.requireSubscribe(channels);
      const issued = await access.tickets.issue(permissions.claims, channels);
      void reply.code(201).header('cache-control', 'no-store');
      return { ...issued, channels, ...describePermissions(permissions) };
    });
  };
}

/** What the reader of a stream may do, by its ticket or else by its token. @throws CodedError */
export async function permissionsForStream(
  { access }: Tetracast,
  { raw }: FastifyRequest,
  ticket: string | undefined,
  channels: readonly string[],
): Promise<Permissions> {
  const permissions =
    ticket === undefined
      ? await access.permissionsForRequest(raw)
      : await access.permissionsForTicket(ticket, channels);
  permissions.requireSubscribe(channels);
  return permissions;
}

/** Has the ticket of a stream stand for each new token of it, so that a reconnect does not go back to the old one. */
export function renewingTicket(
  { access }: Tetracast,
  ticket: string | undefined,
  channels: readonly string[],
): ((permissions: Permissions) => void) | undefined {
  if (ticket === undefined) return undefined;
  return (permissions: Permissions): void => {
    // What is not kept now lasts as long as the token before; the next renewal tries again.
    access.tickets.renew(ticket, permissions, channels).catch(() => undefined);
  };
}
