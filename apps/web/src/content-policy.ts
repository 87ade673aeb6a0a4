import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { IncomingMessage } from 'node:http';

/** The port of the page's own container in the compose file; there the services stand on ports beside it. */
const OWN_PORT = ':3606';
const [WEBSOCKET, SOCKETIO, SSE, POLLING] = [3601, 3602, 3603, 3604] as const;

/** What may stand in a policy; a `Host` that is anything else is left out of it. IPv6 is in brackets. */
const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

type Policy = Exclude<FastifyHelmetOptions['contentSecurityPolicy'], boolean | undefined>;

/**
 * The content security policy of the page (CSP 3): its own files and nothing inline. On its own port the page may use the
 * services beside it on the same host, elsewhere its own origin only. `connectSources` are further ones, by the page's host.
 */
export const contentPolicy = (connectSources: (host: string) => readonly string[]): Policy => ({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", ({ headers }: IncomingMessage): string => httpOrigins(headers, [SOCKETIO])],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: [
      "'self'",
      ({ headers }: IncomingMessage): string => httpOrigins(headers, [SOCKETIO, SSE, POLLING]),
      ({ headers }: IncomingMessage): string => socketOrigins(headers),
      ({ headers: { host = '' } }: IncomingMessage): string => (HOST.test(host) ? connectSources(host).join(' ') : ''),
    ],
    frameSrc: ["'self'", ({ headers }: IncomingMessage): string => httpOrigins(headers, [POLLING])],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

type Headers = IncomingMessage['headers'];

/**
 * The policy of a frame that shows the same-origin rule: one script by its hash, the services as the page may use them, and one form for
 * the polling service. The host is named, since `'self'` means nothing to a page without an origin.
 */
export function framePolicy(headers: Headers, scriptHash: string, sandbox: string): string {
  const { host = '' } = headers;
  const own = HOST.test(host) ? `http://${host} https://${host}` : '';
  return [
    sandbox,
    "default-src 'none'",
    `script-src ${scriptHash}`,
    join('connect-src', own, httpOrigins(headers, [SSE, POLLING]), socketOrigins(headers)),
    join('form-action', own, httpOrigins(headers, [POLLING])),
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ]
    .filter((directive) => directive !== '')
    .join('; ');
}

const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');

function httpOrigins(headers: Headers, ports: readonly number[]): string {
  const name = siblingName(headers);
  return name === undefined ? '' : ports.map((port) => `http://${name}:${port}`).join(' ');
}

/** By name, since not every browser takes `'self'` for a WebSocket as well. */
function socketOrigins(headers: Headers): string {
  const { host = '' } = headers;
  if (!HOST.test(host)) return '';
  const name = siblingName(headers);
  const hosts = name === undefined ? [host] : [WEBSOCKET, SOCKETIO].map((port) => `${name}:${port}`);
  return hosts.flatMap((each) => [`ws://${each}`, `wss://${each}`]).join(' ');
}

/** The name of the host, where the page was opened on its own port. */
function siblingName({ host = '' }: Headers): string | undefined {
  return HOST.test(host) && host.endsWith(OWN_PORT) ? host.slice(0, -OWN_PORT.length) : undefined;
}
