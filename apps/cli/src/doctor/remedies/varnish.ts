import { type Change, type Remedies, without } from './change';

/** The parts of a VCL file in which something changes, as the doctor names them. */
export const VCL_PARTS = {
  backend: 'the backend',
  recv: 'sub vcl_recv',
  pipe: 'sub vcl_pipe',
  fetch: 'sub vcl_backend_fetch',
  response: 'sub vcl_backend_response',
  deliver: 'sub vcl_deliver',
} as const;

const { backend: BACKEND, recv: RECV, pipe: PIPE, fetch: FETCH, response: RESPONSE, deliver: DELIVER } = VCL_PARTS;

const withoutRequestHeader = (name: string): readonly Change[] => [
  { in: RECV, remove: [`unset req.http.${name}`, `set req.http.${name}`] },
  { in: FETCH, remove: [`unset bereq.http.${name}`, `set bereq.http.${name}`] },
];

export const VARNISH: Remedies = {
  authorization: withoutRequestHeader('Authorization'),
  cookie: withoutRequestHeader('Cookie'),
  host: [...withoutRequestHeader('Host'), { in: BACKEND, remove: ['.host_header'] }],
  origin: withoutRequestHeader('Origin'),
  cors: [
    { in: RESPONSE, remove: ['unset beresp.http.Access-Control', 'set beresp.http.Access-Control'] },
    { in: DELIVER, remove: ['unset resp.http.Access-Control', 'set resp.http.Access-Control'] },
  ],
  preflight: without(RECV, 'if (req.method == "OPTIONS")'),
  'body-limit': without(RECV, 'if (std.integer(req.http.content-length'),
  cache: [{ in: RECV, add: ['if (req.url ~ "^/(polling|sse|ws|socket.io)") { return (pass); }'] }],
  buffering: without(RESPONSE, 'set beresp.do_stream = false'),
  compression: without(RESPONSE, 'set beresp.do_gzip = true'),
  resume: withoutRequestHeader('Last-Event-ID'),
  upgrade: [
    { in: RECV, add: ['if (req.http.upgrade ~ "(?i)websocket") { return (pipe); }'] },
    {
      in: PIPE,
      add: ['set bereq.http.upgrade = req.http.upgrade;', 'set bereq.http.connection = req.http.connection;'],
    },
  ],
  http10: without(FETCH, 'set bereq.proto'),
  subprotocol: withoutRequestHeader('Sec-WebSocket-Protocol'),
  idle: [
    {
      in: BACKEND,
      remove: ['.first_byte_timeout', '.between_bytes_timeout'],
      add: ['.first_byte_timeout = 75s;', '.between_bytes_timeout = 75s;'],
    },
  ],
};
