import { startApache } from '@tetracast/testing';
import type { Change } from '../../../src/doctor/remedies';
import type { ProxyUnderTest } from './proxy-under-test';

const HOST = 'the VirtualHost';

const drop = (name: string): readonly Change[] => [{ in: HOST, add: [`RequestHeader unset ${name}`] }];

/** It collects nothing that comes in pieces, and its LimitRequestBody is not for what it passes on. */
export const apache: ProxyUnderTest = {
  name: 'Apache',
  conf: `
# ${HOST}
ProxyPreserveHost On
ProxyPass / http://BACKEND_HOST:BACKEND_PORT/ upgrade=websocket
`,
  faults: {
    upgrade: [{ in: HOST, remove: ['ProxyPass / '], add: ['ProxyPass / http://BACKEND_HOST:BACKEND_PORT/'] }],
    idle: [{ in: HOST, add: ['ProxyTimeout 2'] }],
    host: [{ in: HOST, remove: ['ProxyPreserveHost'] }],
    cors: [
      {
        in: HOST,
        add: ['Header unset Access-Control-Allow-Origin', 'Header always unset Access-Control-Allow-Origin'],
      },
    ],
    authorization: drop('Authorization'),
    compression: [{ in: HOST, add: ['AddOutputFilterByType DEFLATE text/event-stream'] }],
    http10: [{ in: HOST, add: ['SetEnv force-proxy-request-1.0 1'] }],
    cookie: drop('Cookie'),
    origin: drop('Origin'),
    resume: drop('Last-Event-ID'),
    subprotocol: drop('Sec-WebSocket-Protocol'),
  },
  start: (site) => startApache({ site, modules: ['proxy', 'proxy_http', 'proxy_wstunnel', 'headers'] }),
};
