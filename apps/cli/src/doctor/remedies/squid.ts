import { type Change, type Remedies, without } from './change';

const CONF = 'squid.conf';

const set = (directive: string, value: string): Change => ({
  in: CONF,
  remove: [`${directive} `],
  add: [`${directive} ${value}`],
});

const withoutRequestHeader = (name: string): readonly Change[] =>
  without(CONF, `request_header_access ${name}`, `request_header_replace ${name}`);

/** With the host and the credentials of the client. */
const PEER = set('cache_peer', 'BACKEND_HOST parent BACKEND_PORT 0 no-query originserver login=PASSTHRU');

export const SQUID: Remedies = {
  authorization: [PEER, ...withoutRequestHeader('Authorization')],
  cookie: withoutRequestHeader('Cookie'),
  host: [PEER, ...withoutRequestHeader('Host')],
  origin: withoutRequestHeader('Origin'),
  cors: without(CONF, 'reply_header_access Access-Control', 'reply_header_add Access-Control'),
  'body-limit': [set('request_body_max_size', '256 KB')],
  cache: [set('cache', 'deny all')],
  buffering: without(CONF, 'adaptation_access', 'delay_access'),
  resume: withoutRequestHeader('Last-Event-ID'),
  upgrade: [set('http_upgrade_request_protocols', 'websocket allow all')],
  subprotocol: withoutRequestHeader('Sec-WebSocket-Protocol'),
  idle: [set('read_timeout', '75 seconds'), set('client_lifetime', '1 day')],
};
