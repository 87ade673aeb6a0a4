import cors from '@fastify/cors';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { checkOrigin } from '@tetracast/session';
import '../tetracast';

const MAX_AGE_S = 600;

/**
 * Refuses requests of all methods from pages whose origin is not allowed: a browser sends simple requests without a preflight, and
 * only hides the response. All other requests get CORS headers.
 */
const plugin: FastifyPluginAsync = async (app) => {
  const { settings } = app.tetracast;
  app.addHook('onRequest', (request, _reply, done) => {
    done(checkOrigin(request.raw, settings));
  });
  await app.register(cors, {
    // A request that gets here is allowed; one without an Origin needs no CORS headers. A function of the request, instead of the
    // origin, would make the plugin read its options for each request.
    origin: (origin, done) => {
      done(null, origin !== undefined);
    },
    methods: ['GET', 'HEAD', 'POST'],
    // No `allowedHeaders`: a page may use any header, since libraries add some to every request.
    exposedHeaders: ['ETag', 'Preference-Applied', 'Retry-After', 'Tetracast-Channel', 'Tetracast-Ticket'],
    credentials: true,
    maxAge: MAX_AGE_S,
    strictPreflight: false,
  });
};

export const crossOrigin = fp(plugin, { name: 'cross-origin', fastify: '5.x', decorators: { fastify: ['tetracast'] } });
