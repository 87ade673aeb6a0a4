import { startVarnish } from '@tetracast/testing';
import type { Change } from '../../../src/doctor/remedies';
import { VCL_PARTS } from '../../../src/doctor/remedies/varnish';
import type { ProxyUnderTest } from './proxy-under-test';

const { backend: BACKEND, recv: RECV, pipe: PIPE, fetch: FETCH, response: RESPONSE, deliver: DELIVER } = VCL_PARTS;

const drop = (name: string): readonly Change[] => [{ in: FETCH, add: [`unset bereq.http.${name};`] }];

export const varnish: ProxyUnderTest = {
  name: 'Varnish',
  conf: `
vcl 4.1;
import std;
backend server {
  .host = "BACKEND_HOST";
  .port = "BACKEND_PORT";
  # ${BACKEND}
}
sub vcl_recv {
  # ${RECV}
  if (req.http.upgrade ~ "(?i)websocket") { return (pipe); }
  return (pass);
}
sub vcl_pipe {
  # ${PIPE}
  set bereq.http.upgrade = req.http.upgrade;
  set bereq.http.connection = req.http.connection;
}
sub vcl_backend_fetch {
  # ${FETCH}
}
sub vcl_backend_response {
  # ${RESPONSE}
}
sub vcl_deliver {
  # ${DELIVER}
}
`,
  faults: {
    upgrade: [{ in: RECV, remove: ['if (req.http.upgrade'] }],
    idle: [{ in: BACKEND, add: ['.first_byte_timeout = 2s;', '.between_bytes_timeout = 2s;'] }],
    host: [{ in: FETCH, add: ['set bereq.http.Host = "backend.internal";'] }],
    cors: [{ in: DELIVER, add: ['unset resp.http.Access-Control-Allow-Origin;'] }],
    authorization: drop('Authorization'),
    'body-limit': [
      { in: RECV, add: ['if (std.integer(req.http.content-length, 0) > 10000) { return (synth(413)); }'] },
    ],
    buffering: [{ in: RESPONSE, add: ['set beresp.do_stream = false;'] }],
    compression: [{ in: RESPONSE, add: ['set beresp.do_gzip = true;'] }],
    cookie: drop('Cookie'),
    origin: drop('Origin'),
    resume: drop('Last-Event-ID'),
  },
  start: (vcl) => startVarnish({ vcl }),
};
