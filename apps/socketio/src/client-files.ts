import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SOCKETIO_PATH } from './engine/engine-routes';

/** A later version of the service may have other files with the same names: caches check again after this time. */
const MAX_AGE = '1h';

/** `/socket.io/socket.io.js` and the other builds of the stock client. */
export const clientFiles: FastifyPluginAsync = async (app) => {
  await app.register(fastifyStatic, {
    root: findClientFiles(),
    prefix: SOCKETIO_PATH,
    wildcard: false,
    index: false,
    decorateReply: false,
    maxAge: MAX_AGE,
  });
};

/** Beside the bundle, or in the package. */
function findClientFiles(): string {
  const bundled = join(__dirname, 'client-dist');
  return existsSync(bundled) ? bundled : join(dirname(require.resolve('socket.io/package.json')), 'client-dist');
}
