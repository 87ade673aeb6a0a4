import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';

/** No browser may take what others published for a script or a page, whatever it looks like (Fetch Standard, section 3.6). */
export const NO_SNIFF = { 'x-content-type-options': 'nosniff' } as const;

/** Puts {@link NO_SNIFF} on every answer, event streams and Engine.IO's included. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  app.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(NO_SNIFF);
    next();
  });
  done();
};

export const noSniff = fp(plugin, { name: 'no-sniff', fastify: '5.x' });
