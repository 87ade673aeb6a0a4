import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { NO_SNIFF } from '@tetracast/node-io';

/** Adds {@link NO_SNIFF} to every response, including event streams and those of Engine.IO. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  app.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(NO_SNIFF);
    next();
  });
  done();
};

export const noSniff = fp(plugin, { name: 'no-sniff', fastify: '5.x' });
