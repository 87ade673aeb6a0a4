import { freePort, NO_LIMITS } from '@tetracast/testing';
import { join } from 'node:path';
import WebSocket from 'ws';
import type { LoadOptions } from '../load';
import type { System } from '../system';
import { startNodeServer } from './node-server';

/** What the Dockerfile has Node do: less young garbage is kept, see docs/performance.md. */
const AS_IN_THE_IMAGE = ['--max-semi-space-size=8'];

export type Service = 'websocket' | 'sse' | 'socketio' | 'polling' | 'api' | 'standalone';

export interface TetracastOptions {
  readonly service: Service;
  /** Default: in memory. */
  readonly bus?: 'redis';
  /** Short polls instead of long ones. */
  readonly short?: boolean;
  /** Messages that a publisher on a connection has unacknowledged; default 1. */
  readonly window?: number;
  /** Messages a second of all publishers; absent: as fast as they are acknowledged. */
  readonly rate?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly name?: string;
  /** The checkout that has built it. Default: this one. */
  readonly root?: string;
  /** Processes, each on a separate core; absent: one, on the servers' core. */
  readonly workers?: number;
  /** Whether its live objects can be counted, see live-heap.ts. */
  readonly inspect?: boolean;
  /** A folder for a profile of its processor time, written when it has stopped. */
  readonly profile?: string;
}

const JSON_BODY = '{"channel":"{channel}","data":"{data}"}';
const ENGINE_PATH = '/socket.io/?EIO=4&transport=websocket';

const FRAME_PUBLISHER: LoadOptions = {
  pub: 'wspub',
  pubpath: '/ws',
  body: '{"type":"publish","channel":"{channel}","data":"{data}","ref":"{n}"}',
  ack: '"ack"',
};

const FRAMES: LoadOptions = { sub: 'ws', path: '/ws?channel={channel}', ready: 'subscribed', ...FRAME_PUBLISHER };

const LOADS: Readonly<Record<Service, LoadOptions>> = {
  websocket: FRAMES,
  standalone: FRAMES,
  sse: { sub: 'stream', path: '/sse?channel={channel}', ready: 'id:', pub: 'http', pubpath: '/sse', body: JSON_BODY },
  socketio: {
    sub: 'ws',
    path: ENGINE_PATH,
    hello: '40{"channels":["{channel}"]}',
    ready: 'tetracast:ready',
    pub: 'wspub',
    pubpath: ENGINE_PATH,
    pubhello: '40',
    body: '42{n}["publish",{"channel":"{channel}","data":"{data}"}]',
    ack: '"ok":true',
  },
  polling: {
    sub: 'longpoll',
    path: '/polling?channel={channel}&wait=25',
    hello: '/polling?channel={channel}',
    etagquery: 1,
    pub: 'http',
    pubpath: '/polling',
    body: JSON_BODY,
  },
  api: { pub: 'http', pubpath: '/api/publish', body: JSON_BODY },
};

const TRANSPORTS = {
  websocket: 'WebSocket',
  standalone: 'WebSocket',
  sse: 'SSE',
  socketio: 'Socket.IO',
  polling: 'long-poll',
  api: 'none',
} as const;

/** One of our services as it is built, in a separate process. */
export function tetracast(options: TetracastOptions): System {
  const { service, bus, short, window, rate, workers, profile, inspect, name = nameOf(options) } = options;
  const { root = '.' } = options;
  return {
    name,
    transport: short === true ? 'poll' : TRANSPORTS[service],
    builtIn: (root) => tetracast({ ...options, root, name: `${name}, before` }),
    start: async () => {
      const inspectPort = inspect === true ? await freePort() : undefined;
      const inspecting = inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectPort}`];
      const server = await startNodeServer({
        file: join(root, `dist/apps/${service}/main.cjs`),
        env: { ...NO_LIMITS, ...options.env, ...(workers === undefined ? {} : { WORKERS: String(workers) }) },
        nodeArgs: [
          ...AS_IN_THE_IMAGE,
          ...inspecting,
          ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${profile}`]),
        ],
        everyCore: workers !== undefined,
        orderly: profile !== undefined || workers !== undefined,
        ...(bus === 'redis' ? { redis: 'BUS_URL' } : {}),
      });
      const load = {
        ...LOADS[service],
        ...(short === true ? { sub: 'shortpoll', path: '/polling?channel={channel}' } : {}),
        ...(window === undefined ? {} : { window }),
        ...(rate === undefined ? {} : { rate }),
        port: server.port,
      };
      return {
        ...server,
        ...(inspectPort === undefined ? {} : { inspectPort }),
        load,
        store: (messages) => store(service, server.port, messages),
      };
    },
  };
}

function nameOf({ bus, workers }: TetracastOptions): string {
  const where = bus === 'redis' ? 'Tetracast with Redis' : 'Tetracast';
  return workers === undefined ? where : `${where}, ${workers} worker${workers > 1 ? 's' : ''}`;
}

/** Publishes one message, then the others: a client that resumes after the first gets all of them. */
async function store(service: Service, port: number, messages: readonly string[]): Promise<LoadOptions> {
  const ids: string[] = [];
  for (const data of ['first', ...messages]) ids.push(await publish(service, port, data));
  const cursor = ids[0] ?? '';
  if (service === 'socketio') return { hello: `40{"channels":["{channel}"],"after":"${cursor}"}` };
  return { path: `${LOADS[service]['path'] ?? ''}&after=${cursor}` };
}

async function publish(service: Service, port: number, data: string): Promise<string> {
  const publication = { channel: 'bench', data };
  if (service === 'sse' || service === 'polling') {
    const response = await fetch(`http://127.0.0.1:${port}/${service}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(publication),
    });
    return ((await response.json()) as { id: string }).id;
  }
  const [path, greeting, frame] =
    service === 'websocket'
      ? ['/ws', undefined, JSON.stringify({ type: 'publish', ...publication })]
      : [ENGINE_PATH, '40', `421${JSON.stringify(['publish', publication])}`];
  const websocket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  try {
    return await new Promise<string>((resolve, reject) => {
      websocket.once('error', reject);
      websocket.once('open', () => websocket.send(greeting ?? frame));
      websocket.on('message', (raw: Buffer) => {
        const text = raw.toString();
        if (greeting !== undefined && text.startsWith('40')) websocket.send(frame);
        const [, id] = /"id":"([^"]+)"/.exec(text) ?? [];
        if (id !== undefined) resolve(id);
      });
    });
  } finally {
    websocket.terminate();
  }
}
