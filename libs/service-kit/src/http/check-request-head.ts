import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { HEADER_LINES_MAX, readTarget, refusalOfHead } from '@tetracast/node-io';

/** Refuses a request with a malformed head. `routeUpgrades` does the same for upgrade requests. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  // One more than allowed shows that there were too many.
  app.server.maxHeadersCount = HEADER_LINES_MAX + 1;
  app.server.prependListener('request', readTarget);
  app.addHook('onRequest', (request, _reply, next) => {
    next(refusalOfHead(request.raw));
  });
  done();
};

export const checkRequestHead = fp(plugin, { name: 'check-request-head', fastify: '5.x' });
