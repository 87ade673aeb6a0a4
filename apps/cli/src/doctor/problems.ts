/** What can be wrong between a client and the server, and where. */
export const PROBLEMS = {
  unreachable: 'Nothing answers there: check the address, the port and the firewall, and that the server runs.',
  'not-tetracast':
    'Something else answers on this path: route /polling, /sse, /ws and /socket.io/ to the server, without a change of the path.',
  unavailable: 'The server answers, and cannot serve at the moment: its log says why.',
  token:
    'The server refuses the token, or needs one: give a valid one with --token, and with --channel a channel to which it may subscribe and publish.',
  authorization:
    'A proxy drops the header Authorization, which carries the token: the server takes every client for one without a token.',
  cookie: 'A proxy drops the header Cookie: pages that keep their token in the cookie tetracast_token are refused.',
  clock:
    'The clocks differ, so tokens seem to be expired, or not valid yet: set the clock of both machines by NTP. AUTH_LEEWAY of the services is the difference that they accept.',
  'allowed-host':
    'The server does not know the name in its own address: add it to ALLOWED_HOSTS of the services, or set a key for tokens.',
  'allowed-origin': 'The server refuses pages of this origin: add it to ALLOWED_ORIGINS of the services.',
  host: 'A proxy sends another Host than the page was loaded from, so the server takes the page for a foreign one.',
  origin:
    'A proxy drops or changes the header Origin: the server cannot keep foreign pages out, and answers without CORS headers.',
  cors: 'A proxy drops, changes or repeats the CORS headers of the answers: browsers hide the answers from pages of other origins.',
  preflight: 'A proxy answers OPTIONS itself: browsers ask so before a page of another origin may publish.',
  'body-limit': 'A proxy refuses a message that the server takes: raise its limit to three times MAX_MESSAGE_BYTES.',
  poll: 'A poll that waits is not answered when a message comes: something holds the answer back, or ends the request.',
  cache: 'A proxy answers from a cache, although the server forbids it (Cache-Control: no-store).',
  buffering: 'A proxy collects the event stream instead of passing it on: messages arrive late, or never.',
  compression: 'A proxy compresses the event stream, which holds messages back until there are enough of them.',
  stream: 'The event stream fails, although polling works: route /sse to the server.',
  resume: 'A proxy drops the header Last-Event-ID: an EventSource that was cut off misses what came meanwhile.',
  upgrade:
    'A proxy does not pass the WebSocket handshake on. Clients that fall back use event streams; the others cannot connect.',
  http10: 'A proxy speaks HTTP/1.0 to the server, in which there are no WebSockets.',
  subprotocol: 'A proxy drops the header Sec-WebSocket-Protocol, which carries the token of a WebSocket.',
  'socket-io': 'Socket.IO fails, although the other transports work: route /socket.io/ to the server.',
  idle: 'Something closes connections that are silent for a short time. The server is silent for up to 15 s (HEARTBEAT_INTERVAL), and for longer while a poll waits (MAX_POLL_WAIT).',
} as const;

export type Problem = keyof typeof PROBLEMS;

export interface Finding {
  /** What was checked. */
  readonly check: string;
  /** Absent: it works, or could not be checked. */
  readonly problem?: Problem;
  /** What was seen. */
  readonly detail: string;
  /** It could not be checked, for the reason in `detail`. */
  readonly isUnknown?: boolean;
}
