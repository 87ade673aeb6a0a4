import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The port of the page's own container in the compose file; there the services stand on ports beside it. */
const OWN_PORT = ':3606';

/**
 * The lab page at `/`, with every file it needs: nothing comes from another origin, so that it works on a network of its
 * own and under a strict content security policy.
 */
export const webPlugin = fastifyPlugin(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      setPageHeaders(request, reply);
    });
    // Files become routes of their own instead of one wildcard, so that any other path is the service's own 404.
    await app.register(fastifyStatic, { root: join(__dirname, 'public'), wildcard: false, cacheControl: false });
    app.get('/vendor/jquery.min.js', (_, reply) => reply.sendFile('jquery.min.js', vendorFolder()));
  },
  { name: 'web', fastify: '5.x', encapsulate: true },
);

/** Beside the bundle, or where npm put it. */
function vendorFolder(): string {
  const bundled = join(__dirname, 'vendor');
  return existsSync(bundled) ? bundled : dirname(require.resolve('jquery'));
}

function setPageHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const siblings = siblingSources(request.headers.host ?? '');
  const policy = [
    "default-src 'self'",
    `script-src 'self'${siblings.scripts}`,
    `connect-src 'self' ws: wss:${siblings.connections}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ];
  reply.headers({
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
}

/** On its own port the page uses the services' own ports of the same host; anywhere else only its own origin. */
function siblingSources(host: string): { scripts: string; connections: string } {
  const name = host.slice(0, -OWN_PORT.length);
  if (!host.endsWith(OWN_PORT) || !/^[A-Za-z0-9.-]+$/.test(name)) return { scripts: '', connections: '' };
  const [socketio, sse, polling] = [3602, 3603, 3604].map((port) => ` http://${name}:${port}`);
  return { scripts: `${socketio}`, connections: `${socketio}${sse}${polling}` };
}
