/** What can be wrong between a client and the server. */
export type Problem =
  | 'unreachable'
  | 'not-tetracast'
  | 'token'
  | 'clock'
  | 'cors'
  | 'host'
  | 'body-limit'
  | 'buffering'
  | 'compression'
  | 'stream'
  | 'upgrade'
  | 'websocket'
  | 'idle';

export interface Finding {
  /** What was checked. */
  readonly check: string;
  /** Absent: it works. */
  readonly problem?: Problem;
  /** What was seen. */
  readonly detail: string;
}

/** Where a problem is, and what mends it there. */
interface Remedy {
  readonly what: string;
  /** Lines of configuration by proxy. */
  readonly lines?: Readonly<Partial<Record<ProxyName, readonly string[]>>>;
}

export type ProxyName = 'nginx' | 'HAProxy' | 'Apache';

export const REMEDIES: Readonly<Record<Problem, Remedy>> = {
  unreachable: {
    what: 'Nothing answers there: check the address, the port and the firewall, and that the server runs.',
  },
  'not-tetracast': {
    what: 'Something else answers on this path: route /polling, /sse, /ws and /socket.io/ to the server, without a change of the path.',
  },
  token: { what: 'The server refuses the request: use --token with a token that may subscribe and publish there.' },
  clock: {
    what: 'The clocks differ, so tokens seem to be expired, or not valid yet: set the clock of both machines by NTP.',
  },
  cors: { what: 'The server refuses pages of this origin: name it in ALLOWED_ORIGINS of the services.' },
  host: {
    what: 'The proxy sends another Host than the page was loaded from, so the server takes the page for a foreign one.',
    lines: {
      nginx: ['proxy_set_header Host $http_host;'],
      Apache: ['ProxyPreserveHost On'],
      HAProxy: ['# remove "http-request set-header Host" from the backend'],
    },
  },
  'body-limit': {
    what: 'A proxy refuses a message that the server takes: raise its limit to three times MAX_MESSAGE_BYTES.',
    lines: {
      nginx: ['client_max_body_size 256k;'],
      Apache: ['LimitRequestBody 262144'],
      HAProxy: ['tune.bufsize 65536  # in "global"'],
    },
  },
  buffering: {
    what: 'A proxy collects the event stream instead of passing it on: messages arrive late, or never.',
    lines: {
      nginx: ['proxy_buffering off;', 'proxy_cache off;'],
      Apache: ['SetEnv proxy-sendchunked 1', 'ProxyPass / http://backend/ flushpackets=on'],
      HAProxy: ['no option http-buffer-request', '# and remove "http-response wait-for-body"'],
    },
  },
  compression: {
    what: 'A proxy compresses the event stream: it holds messages back until it has enough of them.',
    lines: {
      nginx: ['gzip off;  # in the location of /sse'],
      Apache: ['SetEnvIf Request_URI "^/sse" no-gzip'],
      HAProxy: ['# remove text/event-stream from "compression type"'],
    },
  },
  stream: { what: 'The event stream fails, although polling works: route /sse to the server.' },
  upgrade: {
    what: 'A proxy drops the headers of the WebSocket handshake, or speaks HTTP/1.0 to the server.',
    lines: {
      nginx: [
        'proxy_http_version 1.1;',
        'proxy_set_header Upgrade $http_upgrade;',
        'proxy_set_header Connection "upgrade";',
      ],
      Apache: ['ProxyPass /ws http://backend/ws upgrade=websocket'],
      HAProxy: ['# remove "option httpclose", "http-request del-header upgrade" and the like'],
    },
  },
  websocket: {
    what: 'WebSockets are blocked on the way. Clients that fall back use event streams; the others cannot connect.',
  },
  idle: {
    what: 'Something closes connections that are silent for a short time. The server is silent for up to 15 s (HEARTBEAT_INTERVAL).',
    lines: {
      nginx: ['proxy_read_timeout 75s;'],
      Apache: ['ProxyTimeout 75'],
      HAProxy: ['timeout client 75s', 'timeout server 75s', 'timeout tunnel 75s'],
    },
  },
};

/** The program that names itself in the headers of an answer. */
export function proxyIn(headers: Headers): ProxyName | undefined {
  const names = `${headers.get('server') ?? ''} ${headers.get('via') ?? ''}`;
  if (/nginx/i.test(names)) return 'nginx';
  if (/apache/i.test(names)) return 'Apache';
  return /haproxy/i.test(names) ? 'HAProxy' : undefined;
}
