import cors from '@fastify/cors';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { checkOrigin } from '@tetracast/session';
import '../tetracast';

const MAX_AGE_S = 600;

/**
 * Refuses requests from pages of other origins than the service's own and those allowed, whatever the method: a browser
 * sends simple requests before it asks, and only hides the answer. The others get their CORS headers.
 */
const plugin: FastifyPluginAsync = async (app) => {
  const { settings } = app.tetracast;
  app.addHook('onRequest', (request, _reply, done) => {
    done(checkOrigin(request.raw, settings));
  });
  await app.register(cors, {
    // A request that gets here is allowed; one without an Origin needs no CORS headers. A function of the origin alone: with one of
    // the request, the plugin would read its options again for each request.
    origin: (origin, done) => {
      done(null, origin !== undefined);
    },
    methods: ['GET', 'HEAD', 'POST'],
    // No `allowedHeaders`: any that a page asks for, since libraries add their own to every request.
    exposedHeaders: ['ETag', 'Preference-Applied', 'Retry-After'],
    credentials: true,
    maxAge: MAX_AGE_S,
    strictPreflight: false,
  });
};

export const crossOrigin = fp(plugin, { name: 'cross-origin', fastify: '5.x', decorators: { fastify: ['tetracast'] } });
