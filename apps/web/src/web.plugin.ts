import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import fastifyPlugin from 'fastify-plugin';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentPolicy } from './content-policy';
import { docsSite } from './docs-site';

/**
 * The lab page at `/`, with every file it needs, and the documentation at `/docs/`: nothing comes from another origin, so that both
 * work on an isolated network and under a strict content security policy.
 */
export const webPlugin = fastifyPlugin(
  async (app) => {
    await app.register(fastifyHelmet, {
      contentSecurityPolicy: contentPolicy,
      frameguard: { action: 'deny' },
      // It applies to the whole host, so the proxy that terminates TLS must send it.
      strictTransportSecurity: false,
    });
    app.addHook('onRequest', (_request, reply, done) => {
      void reply.header('cache-control', 'no-cache');
      done();
    });
    // A route for each file, instead of one wildcard: any other path gets the 404 of the service.
    await app.register(fastifyStatic, { root: join(__dirname, 'public'), wildcard: false, cacheControl: false });
    app.get('/vendor/jquery.min.js', (_, reply) => reply.sendFile('jquery.min.js', vendorFolder()));
    await app.register(docsSite(join(__dirname, 'docs')), { prefix: '/docs' });
  },
  { name: 'web', fastify: '5.x', encapsulate: true },
);

/** Beside the bundle, or in the package. */
function vendorFolder(): string {
  const bundled = join(__dirname, 'vendor');
  return existsSync(bundled) ? bundled : dirname(require.resolve('jquery'));
}
