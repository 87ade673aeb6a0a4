import { CodedError } from '@tetracast/message-model';
import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import './tetracast';

/** `GET /healthz`: the process answers. `GET /readyz`: it reaches the log, knows which tokens are revoked and takes new lines, else 503. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  const { tetracast } = app;
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    if (tetracast.draining) throw new CodedError('unavailable', 'the service is stopping');
    await tetracast.bus.ping();
    tetracast.access.requireReady();
    return { status: 'ok' };
  });
  done();
};

export const health = fp(plugin, { name: 'health', fastify: '5.x', decorators: { fastify: ['tetracast'] } });
