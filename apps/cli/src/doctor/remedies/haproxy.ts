import { type Change, type Remedies, without } from './change';

const FRONTEND = 'the frontend';
const BACKEND = 'the backend of the server';

const set = (part: string, name: string, value: string): Change => ({
  in: part,
  remove: [`${name} `],
  add: [`${name} ${value}`],
});

/** HAProxy drops or sets a header by one of these rules. */
const withoutRequestHeader = (name: string): readonly Change[] =>
  without(BACKEND, `http-request del-header ${name}`, `http-request set-header ${name}`);

export const HAPROXY: Remedies = {
  authorization: withoutRequestHeader('Authorization'),
  cookie: withoutRequestHeader('Cookie'),
  host: withoutRequestHeader('Host'),
  origin: withoutRequestHeader('Origin'),
  cors: without(
    BACKEND,
    'http-response del-header Access-Control',
    'http-response set-header Access-Control',
    'http-response add-header Access-Control',
  ),
  preflight: without(BACKEND, 'http-request deny if METH_OPTIONS', 'http-request return if METH_OPTIONS'),
  'body-limit': without(BACKEND, 'http-request deny deny_status 413'),
  cache: without(BACKEND, 'http-request cache-use', 'http-response cache-store'),
  buffering: without(BACKEND, 'http-response wait-for-body'),
  resume: withoutRequestHeader('Last-Event-ID'),
  upgrade: [
    {
      in: BACKEND,
      remove: [
        'http-request del-header Upgrade',
        'http-request del-header Connection',
        'http-request deny if { hdr(Upgrade)',
        'option httpclose',
      ],
    },
  ],
  subprotocol: withoutRequestHeader('Sec-WebSocket-Protocol'),
  idle: [
    set(FRONTEND, 'timeout client', '75s'),
    set(BACKEND, 'timeout server', '75s'),
    set(BACKEND, 'timeout tunnel', '75s'),
  ],
};
