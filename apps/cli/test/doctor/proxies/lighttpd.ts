import { startLighttpd } from '@tetracast/testing';
import type { Change } from '../../../src/doctor/remedies';
import type { ProxyUnderTest } from './proxy-under-test';

const CONF = 'lighttpd.conf';

const drop = (name: string): readonly Change[] => [
  { in: CONF, add: [`setenv.set-request-header = ( "${name}" => "" )`] },
];

/** It compresses only what it has collected before. */
export const lighttpd: ProxyUnderTest = {
  name: 'lighttpd',
  conf: `
# ${CONF}
proxy.server = ( "" => (( "host" => "BACKEND_HOST", "port" => BACKEND_PORT )) )
proxy.header = ( "upgrade" => "enable" )
server.stream-response-body = 2
`,
  faults: {
    upgrade: [{ in: CONF, remove: ['proxy.header'] }],
    idle: [
      {
        in: CONF,
        remove: ['proxy.server'],
        add: ['proxy.server = ( "" => (( "host" => "BACKEND_HOST", "port" => BACKEND_PORT, "read-timeout" => 2 )) )'],
      },
    ],
    host: [
      {
        in: CONF,
        remove: ['proxy.header'],
        add: ['proxy.header = ( "upgrade" => "enable", "map-host-request" => ( "-" => "backend.internal" ) )'],
      },
    ],
    cors: [{ in: CONF, add: ['setenv.set-response-header = ( "Access-Control-Allow-Origin" => "" )'] }],
    authorization: drop('Authorization'),
    'body-limit': [{ in: CONF, add: ['server.max-request-size = 10'] }],
    buffering: [{ in: CONF, remove: ['server.stream-response-body'] }],
    http10: [
      {
        in: CONF,
        remove: ['proxy.header'],
        add: ['proxy.header = ( "upgrade" => "enable", "force-http10" => "enable" )'],
      },
    ],
    cookie: drop('Cookie'),
    origin: drop('Origin'),
    resume: drop('Last-Event-ID'),
  },
  start: (conf) => startLighttpd({ conf, modules: ['mod_proxy', 'mod_setenv'] }),
};
