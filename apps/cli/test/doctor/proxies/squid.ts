import { startSquid } from '@tetracast/testing';
import type { Change } from '../../../src/doctor/remedies';
import type { ProxyUnderTest } from './proxy-under-test';

const CONF = 'squid.conf';

const drop = (name: string): readonly Change[] => [{ in: CONF, add: [`request_header_access ${name} deny all`] }];

/** It neither compresses nor collects anything by itself. */
export const squid: ProxyUnderTest = {
  name: 'Squid',
  conf: `
# ${CONF}
http_port 127.0.0.1:\${PORT} accel vhost
cache_peer BACKEND_HOST parent BACKEND_PORT 0 no-query originserver login=PASSTHRU
http_upgrade_request_protocols websocket allow all
never_direct allow all
http_access allow all
cache deny all
`,
  faults: {
    upgrade: [{ in: CONF, remove: ['http_upgrade_request_protocols'] }],
    idle: [{ in: CONF, add: ['read_timeout 2 seconds'] }],
    host: [
      {
        in: CONF,
        remove: ['cache_peer'],
        add: [
          'cache_peer BACKEND_HOST parent BACKEND_PORT 0 no-query originserver login=PASSTHRU forceddomain=internal',
        ],
      },
    ],
    cors: [{ in: CONF, add: ['reply_header_access Access-Control-Allow-Origin deny all'] }],
    authorization: [
      {
        in: CONF,
        remove: ['cache_peer'],
        add: ['cache_peer BACKEND_HOST parent BACKEND_PORT 0 no-query originserver'],
      },
    ],
    'body-limit': [{ in: CONF, add: ['request_body_max_size 10 KB'] }],
    cookie: drop('Cookie'),
    origin: drop('Origin'),
    resume: drop('Last-Event-ID'),
  },
  start: (conf) => startSquid({ conf }),
};
