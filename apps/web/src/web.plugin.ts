import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentPolicy } from './content-policy';
import { docsSite } from './docs-site';
import { serveOriginFrames } from './origin-frames';
import { redirectToPath } from './redirect-to-path';
import './lab-faults';

/** The panels whose code runs on a page by itself, `/lab/<panel>.html`. */
const SINGLE_PAGES = ['polling', 'sse', 'websocket', 'socketio', 'sdk'];
/** The SDK, for a plain `<script>`. */
const CLIENT = 'tetracast.js';
/** The file of them all: its script reads the name of the panel from the address, so it has no address itself. */
const SINGLE_FILE = 'lab/single.html';

/**
 * The lab page at `/`, with every file it needs, and the documentation at `/docs/`: nothing comes from another origin, so that both
 * work on an isolated network and under a strict content security policy.
 */
export const webPlugin = fastifyPlugin(
  async (app) => {
    await app.register(fastifyHelmet, {
      contentSecurityPolicy: contentPolicy((host) => [
        ...plainSources(host, app),
        ...(app.labFaults?.connectSources(host) ?? []),
      ]),
      frameguard: { action: 'deny' },
      // It applies to the whole host, so the proxy that terminates TLS must send it.
      strictTransportSecurity: false,
    });
    app.addHook('onRequest', (request, reply, done) => {
      void reply.header('cache-control', 'no-cache');
      const { url: path = '/' } = request.routeOptions;
      if (!isFile(path) || !redirectToPath(request, reply, path)) done();
    });
    // A route for each file, instead of one wildcard: any other path gets the 404 of the service. The build puts a compressed
    // copy beside each file of text.
    const root = join(__dirname, 'public');
    await app.register(fastifyStatic, {
      root,
      wildcard: false,
      globIgnore: [`${SINGLE_FILE}*`],
      cacheControl: false,
      preCompressed: true,
      // No file is so large that a part of it is worth a request.
      acceptRanges: false,
    });
    serveOriginFrames(app, root);
    for (const [file, folder] of Object.entries(vendorFolders())) {
      app.get(`/vendor/${file}`, (_, reply) => reply.sendFile(file, folder));
    }
    app.get(`/${CLIENT}`, (_, reply) => reply.sendFile(CLIENT, clientFolder()));
    await app.register(docsSite(join(__dirname, 'docs')), { prefix: '/docs' });
    for (const name of SINGLE_PAGES) app.get(`/lab/${name}.html`, (_, reply) => reply.sendFile(SINGLE_FILE));
    // `null` where there are none: a page that has to try would leave an error in the browser's console.
    app.get('/faults.json', ({ headers }, reply) =>
      reply.type('application/json').send(JSON.stringify(app.labFaults?.describe(headers) ?? null)),
    );
  },
  { name: 'web', fastify: '5.x', encapsulate: true },
);

const isFile = (path: string): boolean => /\.\w+$/.test(path);

/** On loopback: plain WebSocket on its own port, under both names of this machine, as a tutorial writes them. */
function plainSources(host: string, { tetracast: { settings } }: FastifyInstance): readonly string[] {
  if (settings.plainPort === 'off' || !/^(localhost|127\.0\.0\.1)(:|$)/.test(host)) return [];
  return ['localhost', '127.0.0.1'].map((name) => `ws://${name}:${settings.plainPort}`);
}

/** Beside the bundle, or where `nx build client` puts it. */
function clientFolder(): string {
  const bundled = join(__dirname, 'vendor');
  return existsSync(bundled) ? bundled : join(__dirname, '../../../dist/libs/client');
}

/** The folder of each file that an npm package provides: beside the bundle, or where npm put it. */
function vendorFolders(): Record<string, string> {
  const bundled = join(__dirname, 'vendor');
  const hasBundled = existsSync(bundled);
  const jquery = hasBundled ? bundled : dirname(require.resolve('jquery'));
  const uPlot = hasBundled ? bundled : dirname(require.resolve('uplot'));
  return { 'jquery.min.js': jquery, 'uPlot.iife.min.js': uPlot, 'uPlot.min.css': uPlot };
}
