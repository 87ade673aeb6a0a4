import { type Change, type Remedies, without } from './change';

const HOST = 'the VirtualHost';

const set = (directive: string, value: string): Change => ({
  in: HOST,
  remove: [`${directive} `],
  add: [`${directive} ${value}`],
});

const withoutRequestHeader = (name: string): readonly Change[] =>
  without(HOST, `RequestHeader unset ${name}`, `RequestHeader set ${name}`);

/** Apache 2.4.47 and newer. */
const UPGRADE: Change = {
  in: HOST,
  remove: ['ProxyPass / ', 'SetEnv force-proxy-request-1.0'],
  add: ['ProxyPass / http://BACKEND_HOST:BACKEND_PORT/ upgrade=websocket'],
};

export const APACHE: Remedies = {
  authorization: withoutRequestHeader('Authorization'),
  cookie: withoutRequestHeader('Cookie'),
  host: [set('ProxyPreserveHost', 'On')],
  origin: withoutRequestHeader('Origin'),
  cors: without(
    HOST,
    'Header unset Access-Control',
    'Header always unset Access-Control',
    'Header set Access-Control',
    'Header always set Access-Control',
  ),
  preflight: without(HOST, 'RewriteCond %{REQUEST_METHOD} OPTIONS', 'RewriteRule ^ - [R='),
  cache: [{ in: HOST, remove: ['CacheEnable'], add: ['CacheDisable /'] }],
  compression: [{ in: HOST, add: ['SetEnvIf Request_URI "^/sse" no-gzip no-brotli'] }],
  resume: withoutRequestHeader('Last-Event-ID'),
  upgrade: [UPGRADE],
  http10: [UPGRADE],
  subprotocol: withoutRequestHeader('Sec-WebSocket-Protocol'),
  idle: [set('ProxyTimeout', '75')],
};
