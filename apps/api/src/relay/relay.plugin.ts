import type { Permissions } from '@tetracast/access';
import { CodedError, isChannel, RELAY_CHANNEL_HEADER, RELAY_NAMESPACE } from '@tetracast/message-model';
import { randomText } from '@tetracast/node-io/runtime';
import { single } from '@tetracast/session';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { answerWithChannel, notStored, readForm } from './answer/answer-with-channel';
import { admit } from './admit';
import { authenticateForRelay } from './relay-access';
import type { RelayRoute } from './relay-route';
import { RelayRuns } from './relay-runs';
import { readCall } from './read-call';

/** 128 bits: the name of a channel cannot be guessed. */
const CHANNEL_BYTES = 16;

declare module 'fastify' {
  interface FastifyRequest {
    /** What the client of a relay may do; `null` on every other route. */
    relayPermissions: Permissions | null;
  }
}

/**
 * `POST /relay/<name>[/<suffix>]` sends the request to the upstream of that name and answers with its answer, which is stored on a
 * channel. `GET /relay?channel=…` answers with what is stored of one, as the upstream sent it.
 */
const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  const { settings, runtime } = tetracast;
  const runs = new RelayRuns({ ...tetracast, logger: app.log });
  app.addHook('preClose', () => runs.drain(settings.drainTimeoutMs));
  // The body goes to the upstream as it is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.decorateRequest('relayPermissions', null);
  const permissionsOf = (request: FastifyRequest): Permissions => request.relayPermissions as Permissions;

  app.addHook('onRequest', async (request) => {
    request.relayPermissions = await authenticateForRelay(tetracast, request);
  });

  const route = {
    bodyLimit: settings.maxBatchBytes,
    onRequest: async (request: FastifyRequest<RelayRoute>): Promise<void> => {
      if (!tetracast.access.isOpen) permissionsOf(request).requireRelay(request.params.name);
    },
  };
  for (const path of ['/relay/:name', '/relay/:name/*']) {
    app.post<RelayRoute>(path, route, async (request, reply) => {
      const permissions = permissionsOf(request);
      const form = readForm(request, reply);
      const call = readCall(settings.relays, request);
      const channel = `${RELAY_NAMESPACE}:${randomText(runtime, CHANNEL_BYTES)}`;
      const known = await admit(tetracast, request, permissions, { name: call.name, channel });
      const run = known === undefined ? runs.start(channel, call) : undefined;
      // Without a key nobody could ever ask for this answer again.
      const isAlone = run !== undefined && request.headers['idempotency-key'] === undefined;
      await answerWithChannel(tetracast, request, reply, {
        ...{ channel: known ?? channel, permissions, form, withTicket: true },
        ...(isAlone && { onAbandoned: () => run.stop({ state: 'cancelled' }) }),
      });
    });
  }

  app.get<RelayRoute>('/relay', { exposeHeadRoute: false }, async (request, reply) => {
    const channel = single(request.query, 'channel');
    if (!isChannel(channel) || !channel.startsWith(`${RELAY_NAMESPACE}:`))
      throw new CodedError('invalid_channel', `"channel" must be that of an answer: see ${RELAY_CHANNEL_HEADER}`);
    const permissions = permissionsOf(request);
    permissions.requireSubscribe([channel]);
    const { last } = await tetracast.bus.positions([channel]);
    if (last[0] === 0) throw notStored();
    const form = { ...readForm(request, reply), format: 'upstream' } as const;
    await answerWithChannel(tetracast, request, reply, { channel, permissions, form, withTicket: false });
  });
};

export const relay = fp(plugin, {
  name: 'relay',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
