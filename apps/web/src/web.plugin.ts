import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import fastifyPlugin from 'fastify-plugin';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentPolicy } from './content-policy';
import './lab-faults';

/**
 * The lab page at `/`, with every file it needs: nothing comes from another origin, so that it works on an isolated
 * network and under a strict content security policy.
 */
export const webPlugin = fastifyPlugin(
  async (app) => {
    await app.register(fastifyHelmet, {
      contentSecurityPolicy: contentPolicy((host) => app.labFaults?.connectSources(host) ?? []),
      frameguard: { action: 'deny' },
      // A promise for the whole host: the proxy that terminates TLS makes it.
      strictTransportSecurity: false,
    });
    app.addHook('onRequest', (_request, reply, done) => {
      void reply.header('cache-control', 'no-cache');
      done();
    });
    // Each file becomes a route, instead of one wildcard, so that any other path is the service's own 404.
    await app.register(fastifyStatic, { root: join(__dirname, 'public'), wildcard: false, cacheControl: false });
    // `null` where there are none: a page that has to try would leave an error in the browser's console.
    app.get('/faults.json', ({ headers }, reply) =>
      reply.type('application/json').send(JSON.stringify(app.labFaults?.describe(headers) ?? null)),
    );
    app.get('/vendor/jquery.min.js', (_, reply) => reply.sendFile('jquery.min.js', vendorFolder()));
  },
  { name: 'web', fastify: '5.x', encapsulate: true },
);

/** Beside the bundle, or where npm put it. */
function vendorFolder(): string {
  const bundled = join(__dirname, 'vendor');
  return existsSync(bundled) ? bundled : dirname(require.resolve('jquery'));
}
