import { type Change, type Remedies, without } from './change';

const LOCATION = 'the location of the server';

const UPGRADE: readonly Change[] = [
  {
    in: LOCATION,
    remove: ['proxy_http_version', 'proxy_set_header Upgrade', 'proxy_set_header Connection'],
    add: [
      'proxy_http_version 1.1;',
      'proxy_set_header Upgrade $http_upgrade;',
      'proxy_set_header Connection $http_connection;',
    ],
  },
];

/** Replaces a directive by one with this value. */
const set = (directive: string, value: string): Change => ({
  in: LOCATION,
  remove: [`${directive} `],
  add: [`${directive} ${value};`],
});

export const NGINX: Remedies = {
  authorization: without(LOCATION, 'proxy_set_header Authorization'),
  cookie: without(LOCATION, 'proxy_set_header Cookie'),
  host: [{ in: LOCATION, remove: ['proxy_set_header Host'], add: ['proxy_set_header Host $http_host;'] }],
  origin: without(LOCATION, 'proxy_set_header Origin'),
  cors: without(LOCATION, 'proxy_hide_header Access-Control', 'add_header Access-Control'),
  preflight: without(LOCATION, 'if ($request_method', 'limit_except'),
  'body-limit': [set('client_max_body_size', '256k')],
  cache: [set('proxy_cache', 'off')],
  buffering: [
    {
      in: LOCATION,
      remove: ['proxy_buffering ', 'proxy_ignore_headers X-Accel-Buffering'],
      add: ['proxy_buffering off;'],
    },
  ],
  compression: [set('gzip', 'off')],
  resume: without(LOCATION, 'proxy_set_header Last-Event-ID'),
  upgrade: UPGRADE,
  http10: UPGRADE,
  subprotocol: without(LOCATION, 'proxy_set_header Sec-WebSocket-Protocol'),
  idle: [set('proxy_read_timeout', '75s'), set('proxy_send_timeout', '75s')],
};
