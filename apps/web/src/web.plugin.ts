import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import fastifyPlugin from 'fastify-plugin';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentPolicy } from './content-policy';
import { serveOriginFrames } from './origin-frames';
import './lab-faults';

/** The transports whose code runs on a page by itself, `/lab/<transport>.html`. */
const SINGLE_PAGES = ['polling', 'sse', 'websocket', 'socketio'];

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
    // Each file becomes a route, instead of one wildcard, so that any other path is the service's own 404. The build puts a
    // compressed copy beside each file of text.
    const root = join(__dirname, 'public');
    await app.register(fastifyStatic, { root, wildcard: false, cacheControl: false, preCompressed: true });
    serveOriginFrames(app, root);
    for (const [file, folder] of Object.entries(vendorFolders())) {
      app.get(`/vendor/${file}`, (_, reply) => reply.sendFile(file, folder));
    }
    // One file for all four: its script reads the name of the transport from the address.
    for (const name of SINGLE_PAGES) app.get(`/lab/${name}.html`, (_, reply) => reply.sendFile('lab/single.html'));
    // `null` where there are none: a page that has to try would leave an error in the browser's console.
    app.get('/faults.json', ({ headers }, reply) =>
      reply.type('application/json').send(JSON.stringify(app.labFaults?.describe(headers) ?? null)),
    );
  },
  { name: 'web', fastify: '5.x', encapsulate: true },
);

/** The folder of each file that an npm package provides: beside the bundle, or where npm put it. */
function vendorFolders(): Record<string, string> {
  const bundled = join(__dirname, 'vendor');
  const hasBundled = existsSync(bundled);
  const jquery = hasBundled ? bundled : dirname(require.resolve('jquery'));
  const uPlot = hasBundled ? bundled : dirname(require.resolve('uplot'));
  return { 'jquery.min.js': jquery, 'uPlot.iife.min.js': uPlot, 'uPlot.min.css': uPlot };
}
