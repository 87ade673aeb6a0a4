import { type Change, type Remedies, without } from './change';

const CONF = 'lighttpd.conf';

const set = (name: string, value: string): Change => ({ in: CONF, remove: [name], add: [`${name} = ${value}`] });

/** The only way in which it sets or drops headers of requests. */
const REQUEST_HEADERS = without(CONF, 'setenv.set-request-header');
/** Also without the lines that change the host, or speak HTTP/1.0. */
const HEADER = set('proxy.header', '( "upgrade" => "enable" )');

export const LIGHTTPD: Remedies = {
  authorization: REQUEST_HEADERS,
  cookie: REQUEST_HEADERS,
  host: [HEADER],
  origin: REQUEST_HEADERS,
  cors: without(CONF, 'setenv.set-response-header'),
  'body-limit': [set('server.max-request-size', '256')],
  buffering: [set('server.stream-response-body', '2')],
  resume: REQUEST_HEADERS,
  upgrade: [HEADER],
  http10: [HEADER],
  subprotocol: REQUEST_HEADERS,
  idle: [
    set('proxy.server', '( "" => (( "host" => "BACKEND_HOST", "port" => BACKEND_PORT )) )'),
    set('server.max-write-idle', '360'),
  ],
};
