import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { NO_SNIFF } from '@tetracast/node-io';

/** Puts {@link NO_SNIFF} on every answer, event streams and Engine.IO's included. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  app.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(NO_SNIFF);
    next();
  });
  done();
};

export const noSniff = fp(plugin, { name: 'no-sniff', fastify: '5.x' });
