import { startHaproxy } from '@tetracast/testing';
import type { Change } from '../../../src/doctor/remedies';
import type { ProxyUnderTest } from './proxy-under-test';

const FRONTEND = 'the frontend';
const BACKEND = 'the backend of the server';

const drop = (name: string): readonly Change[] => [{ in: BACKEND, add: [`http-request del-header ${name}`] }];

/** It does not compress what says `no-transform`, whatever its rules make of that line. */
export const haproxy: ProxyUnderTest = {
  name: 'HAProxy',
  conf: `
frontend site
  bind 127.0.0.1:\${PORT}
  default_backend tetracast
  # ${FRONTEND}
backend tetracast
  server one BACKEND_HOST:BACKEND_PORT
  # ${BACKEND}
`,
  faults: {
    upgrade: drop('Upgrade'),
    idle: [
      { in: FRONTEND, add: ['timeout client 2s'] },
      { in: BACKEND, add: ['timeout server 2s', 'timeout tunnel 2s'] },
    ],
    host: [{ in: BACKEND, add: ['http-request set-header Host backend.internal'] }],
    cors: [{ in: BACKEND, add: ['http-response del-header Access-Control-Allow-Origin'] }],
    authorization: drop('Authorization'),
    'body-limit': [
      { in: BACKEND, add: ['http-request deny deny_status 413 if { req.hdr_val(content-length) gt 10000 }'] },
    ],
    buffering: [{ in: BACKEND, add: ['http-response wait-for-body time 1h'] }],
    cookie: drop('Cookie'),
    origin: drop('Origin'),
    resume: drop('Last-Event-ID'),
    subprotocol: drop('Sec-WebSocket-Protocol'),
  },
  start: (conf) => startHaproxy({ conf }),
};
