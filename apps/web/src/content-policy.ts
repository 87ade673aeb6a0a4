import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { IncomingMessage } from 'node:http';

/** The port of this service in the compose file. There each transport has another port of the same host. */
const OWN_PORT = ':3606';
const [WEBSOCKET, SOCKETIO, SSE, POLLING, API] = [3601, 3602, 3603, 3604, 3605] as const;

/** A `Host` that the policy may contain; IPv6 addresses are in brackets. */
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
      ({ headers }: IncomingMessage): string => httpOrigins(headers, [SOCKETIO, SSE, POLLING, API]),
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

/** By name: in some browsers `'self'` does not include WebSockets. */
function socketOrigins(headers: Headers): string {
  const { host = '' } = headers;
  if (!HOST.test(host)) return '';
  const name = siblingName(headers);
  const hosts = name === undefined ? [host] : [WEBSOCKET, SOCKETIO].map((port) => `${name}:${port}`);
  return hosts.flatMap((each) => [`ws://${each}`, `wss://${each}`]).join(' ');
}

/** The host name, if the page is on port 3606. */
function siblingName({ host = '' }: Headers): string | undefined {
  return HOST.test(host) && host.endsWith(OWN_PORT) ? host.slice(0, -OWN_PORT.length) : undefined;
}
