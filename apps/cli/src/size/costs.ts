/** The transports that a size is reckoned for; `polling` is by long polls. */
export const TRANSPORTS = ['websocket', 'sse', 'socketio', 'polling'] as const;

export type Transport = (typeof TRANSPORTS)[number];

/** A measured figure. */
export interface Cost {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /**
   * Where it was measured: a cell of docs/performance/results.json as "scenario, transport and row, column", a cell of
   * docs/performance/soak.md as "soak, transport, column", or the test that measures it. Tests compare the values with them.
   */
  readonly from: string;
}

interface TransportCosts {
  /** One message to one connection, in a channel with many. */
  readonly delivery: Cost;
  /** A connection without messages, beside its process. */
  readonly connection: Cost;
  /** A process with 1000 connections that receive messages. */
  readonly process: Cost;
  /** What the server sends to one client for a message, less the data of the message. */
  readonly frame: Cost;
}

export const SIZE_TEST = 'apps/cli/test/size.int.test.ts';

const cost = (what: string, value: number, unit: string, from: string): Cost => ({ what, value, unit, from });

/** @param name of the transport in results.json and soak.md. Of `connection`: the row that counts where a transport has none. */
function costsOf(name: string, delivery: number, connection: [number, string?], process: number, frame: number) {
  const [kilobytes, measured = name] = connection;
  return {
    delivery: cost(
      `delivery, ${name}`,
      delivery,
      'µs of a core',
      `workers, ${name} Tetracast with Redis, 1 worker, CPU-µs`,
    ),
    connection: cost(`idle connection, ${name}`, kilobytes, 'KB', `idle, ${measured} Tetracast, KB`),
    process: cost(`process, ${name}`, process, 'MB', `soak, ${name}, 10 min`),
    frame: cost(`frame, ${name}`, frame, 'bytes', SIZE_TEST),
  };
}

export const BY_TRANSPORT: Readonly<Record<Transport, TransportCosts>> = {
  websocket: costsOf('WebSocket', 5.66, [7.35], 107, 125),
  sse: costsOf('SSE', 5.69, [2.88], 104, 140),
  socketio: costsOf('Socket.IO', 5.82, [14.1], 132, 135),
  // An idle poll is not measured: it counts as the dearest of the others.
  polling: costsOf('long-poll', 53.3, [14.1, 'Socket.IO'], 167, 420),
};

const write = 'fan-out, WebSocket the limit (C, epoll), 1 publisher';
const publishing = (row: string): string => `publishing, ${row}, messages/s`;

export const SHARED = {
  write: cost('write of the kernel to one socket', 4.14, 'µs of a core', write),
  script: cost(
    'publishes that Redis stores alone',
    57_045,
    '/s of a core',
    publishing('none the script alone (redis-benchmark)'),
  ),
  connection: cost(
    'publishes on connections, with Redis',
    28_197,
    '/s of a core',
    publishing('WebSocket Tetracast with Redis, on a connection'),
  ),
  post: cost('publishes by POST, with Redis', 20_673, '/s of a core', publishing('SSE Tetracast with Redis, POST')),
  single: cost(
    'message to one connection, published on a connection, with Redis',
    59,
    'µs of a core',
    'many-channels, WebSocket Tetracast with Redis, published on a connection, CPU-µs',
  ),
  comeBack: cost(
    '5000 WebSockets that come back, 50 messages behind',
    0.764,
    's of a core',
    'resume, WebSocket Tetracast, seconds',
  ),
  redisMessage: cost('stored message, beside its data', 40, 'bytes', SIZE_TEST),
  redisChannel: cost('stored channel', 4100, 'bytes', SIZE_TEST),
  redisIn: cost('publish to Redis, beside the data', 370, 'bytes', SIZE_TEST),
  redisOut: cost('announcement to a process, beside the data', 160, 'bytes', SIZE_TEST),
} as const;

/** All of them, for the documentation and its test. */
export const COSTS: readonly Cost[] = [
  ...TRANSPORTS.flatMap((name) => Object.values<Cost>({ ...BY_TRANSPORT[name] })),
  ...Object.values(SHARED),
];

/** In µs of a core. */
export const DERIVED = {
  /** Redis and one publish. */
  store: 1e6 / SHARED.script.value,
  /** A service and one publish, without Redis. */
  publish: {
    connection: 1e6 / SHARED.connection.value - 1e6 / SHARED.script.value,
    post: 1e6 / SHARED.post.value - 1e6 / SHARED.script.value,
  },
  /** A process and one message that it receives from Redis, before any delivery. */
  receive: SHARED.single.value - 1e6 / SHARED.connection.value - BY_TRANSPORT.websocket.delivery.value,
  comeBack: (SHARED.comeBack.value * 1e6) / 5000,
} as const;
