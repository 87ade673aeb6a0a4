import { pathOf, queryOf, readTarget } from '@tetracast/node-io';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { IncomingMessage } from 'node:http';
import { askForHandshake, PATH } from './websocket.plugin';

/** Without a query, and without keys. */
const DEFAULT_CHANNEL = 'lab';

/**
 * Serves plain WebSocket at `/`, for the handshakes that `isServed` chooses: `/` is another name for the path of the transport
 * with `format=data` and, on a service without keys, the channel `lab`, unless the query says otherwise. Call it after the
 * transport's plugin.
 */
export function serveAtRoot(app: FastifyInstance, isServed: (handshake: IncomingMessage) => boolean): void {
  app.addHook('onReady', (done) => {
    // Before all who look at the path of a handshake.
    app.server.prependListener('upgrade', (request: IncomingMessage) => {
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') return;
      readTarget(request);
      if (pathOf(request) === '/' && isServed(request))
        request.url = withDefaults(request, app.tetracast.access.isOpen);
    });
    done();
  });
}

function withDefaults(request: IncomingMessage, isOpen: boolean): string {
  const { url = '' } = request;
  const query = queryOf(request);
  const fields = url.includes('?') ? [url.slice(url.indexOf('?') + 1)] : [];
  if (query['format'] === undefined) fields.push('format=data');
  if (isOpen && !Object.keys(query).some((name) => name.startsWith('channel')))
    fields.push(`channel=${DEFAULT_CHANNEL}`);
  return `${PATH}?${fields.join('&')}`;
}

const plugin: FastifyPluginAsync = (app) => {
  serveAtRoot(app, () => true);
  app.get('/', askForHandshake);
  return Promise.resolve();
};

/** `GET /` of the service on its own port: plain WebSocket. */
export const rootPathPlugin = fp(plugin, { name: 'websocket-root-path', fastify: '5.x', dependencies: ['websocket'] });
