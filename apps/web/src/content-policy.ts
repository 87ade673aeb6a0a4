import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { IncomingMessage } from 'node:http';

/** The port of this service in the compose file. There each transport has another port of the same host. */
const OWN_PORT = ':3606';
const [WEBSOCKET, SOCKETIO, SSE, POLLING] = [3601, 3602, 3603, 3604] as const;

/** A `Host` that the policy may contain; IPv6 addresses are in brackets. */
const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

type Policy = Exclude<FastifyHelmetOptions['contentSecurityPolicy'], boolean | undefined>;

/**
 * The content security policy of the page (CSP 3): the page loads files of its origin and nothing inline. On port 3606 it may also use
 * the services on the other ports of the host.
 */
export const contentPolicy: Policy = {
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
    ],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

type Headers = IncomingMessage['headers'];

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
