import type { Cell, Result } from './rounds';

/** One figure of a run: scenario, `transport system`, column. */
type Place = readonly [scenario: string, system: string, column: string];

/** What we want of a run: a figure of ours, as a ratio to another one of the same run or as it is. */
interface Mark {
  readonly ours: Place;
  /** Absent: the figure itself is what counts. */
  readonly to?: Place;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Verdict {
  readonly mark: string;
  readonly wanted: string;
  readonly measured: number;
  readonly met: boolean;
}

const FOUR = '4 publishers';
const ONE = '1 publisher';
const MANY = '32 publishers';
const ws = 'WebSocket Tetracast';
const sse = 'SSE Tetracast';
const io = 'Socket.IO Tetracast';
const poll = 'long-poll Tetracast';

function fanOut(system: string, peer: string, column: string, atMost: number): Mark {
  return { ours: ['fan-out', system, column], to: ['fan-out', peer, column], atMost };
}

/** What the hot path is held to; docs/performance.md says which are met and what keeps the others. */
const MARKS: readonly Mark[] = [
  fanOut(ws, 'WebSocket Nchan', FOUR, 0.4),
  fanOut(ws, 'Socket.IO stock Socket.IO', FOUR, 0.2),
  fanOut(ws, 'WebSocket the limit (C, epoll)', FOUR, 1.6),
  fanOut(sse, 'SSE Nchan', FOUR, 0.35),
  fanOut(io, 'Socket.IO stock Socket.IO', FOUR, 0.3),
  fanOut(poll, 'long-poll Nchan', FOUR, 1),
  fanOut(ws, 'WebSocket Nchan', MANY, 0.1),
  fanOut(sse, 'SSE Nchan', MANY, 0.1),
  fanOut(ws, 'WebSocket Nchan', ONE, 1.1),
  fanOut(sse, 'SSE Nchan', ONE, 1.1),
  fanOut(poll, 'long-poll Nchan', ONE, 1.1),
  fanOut(ws, 'Socket.IO stock Socket.IO', ONE, 0.65),
  fanOut(io, 'Socket.IO stock Socket.IO', ONE, 0.65),
  fanOut('WebSocket Tetracast with Redis', ws, FOUR, 1.15),
  fanOut('SSE Tetracast with Redis', sse, FOUR, 1.15),
  fanOut('Socket.IO Tetracast with Redis', io, FOUR, 1.15),
  fanOut('long-poll Tetracast with Redis', poll, FOUR, 1.15),
  ...[ws, sse, io, poll].map((system) => ({
    ours: ['growth', system, '10000 subscribers'] as const,
    to: ['growth', system, '100 subscribers'] as const,
    atMost: 1.2,
  })),
  { ours: ['latency', ws, 'p99'], to: ['latency', 'WebSocket Nchan', 'p99'], atMost: 1 },
  { ours: ['latency', sse, 'p99'], to: ['latency', 'SSE Nchan', 'p99'], atMost: 1 },
  { ours: ['idle', ws, 'KB'], atMost: 8 },
  { ours: ['idle', sse, 'KB'], atMost: 10 },
  { ours: ['idle', io, 'KB'], atMost: 16 },
  {
    ours: ['many-channels', 'SSE Tetracast, one POST per message', 'CPU-µs'],
    to: ['many-channels', 'SSE Nchan', 'CPU-µs'],
    atMost: 2.2,
  },
  {
    ours: ['many-channels', 'WebSocket Tetracast, published on a connection', 'CPU-µs'],
    to: ['many-channels', 'WebSocket Nchan', 'CPU-µs'],
    atMost: 0.7,
  },
  ...[ws, sse, io].map((system) => ({
    ours: ['resume', system, 'µs per message'] as const,
    to: ['fan-out', system, FOUR] as const,
    atMost: 2,
  })),
  {
    ours: ['publishing', 'WebSocket Tetracast with Redis, on a connection', 'messages/s'],
    to: ['publishing', 'none the script alone (redis-benchmark)', 'messages/s'],
    atLeast: 0.4,
  },
  ...['', ', many'].flatMap((connections) =>
    ['1000 per request', '1 to 1000 channels'].map((column) => ({
      ours: ['batch', 'none Tetracast with Redis', column + connections] as const,
      to: ['batch', 'none Tetracast with Redis', `1 per request${connections}`] as const,
      atLeast: 20,
    })),
  ),
  { ours: ['listing', 'WebSocket Tetracast with Redis', 'max ms'], atMost: 20 },
  {
    ours: ['listing', 'WebSocket Tetracast with Redis', 'max ms'],
    to: ['listing', 'WebSocket Tetracast with Redis', 'max ms without'],
    atMost: 1.2,
  },
  ...['one token, max', 'all of a subject, max'].map((column) => ({
    ours: ['revocation', 'WebSocket Tetracast with Redis, 2 processes', column] as const,
    atMost: 1000,
  })),
];

/** The marks whose figures are in these results. One that lost messages meets none. */
export function judge(results: readonly Result[]): Verdict[] {
  return MARKS.flatMap(({ ours, to, atMost, atLeast }) => {
    const figure = find(results, ours);
    const base = to === undefined ? undefined : find(results, to);
    if (figure === undefined || (to !== undefined && base === undefined)) return [];
    const measured = figure.median / (base?.median ?? 1);
    return {
      mark: to === undefined ? say(ours) : `${say(ours)} : ${say(to)}`,
      wanted: atMost === undefined ? `≥ ${atLeast ?? 0}` : `≤ ${atMost}`,
      measured,
      met: figure.lost === 0 && measured <= (atMost ?? Infinity) && measured >= (atLeast ?? 0),
    };
  });
}

function find(results: readonly Result[], [scenario, system, column]: Place): Cell | undefined {
  const rows = results.find(({ name }) => name === scenario)?.rows;
  return rows?.find(({ name, transport }) => `${transport} ${name}` === system)?.cells[column];
}

function say([scenario, system, column]: Place): string {
  return `${scenario}, ${system}, ${column}`;
}
