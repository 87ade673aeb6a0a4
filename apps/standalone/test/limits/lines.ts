import {
  exampleDrivers,
  nextBlock,
  openPlainWire,
  openResponse,
  openSseStream,
  openWebSocketWire,
  type TransportError,
  until,
} from '@tetracast/testing';
import type { Standalone } from '../access/start-standalone';
import { headersOf, HttpConnection, outcomeOf, type Who } from './client';
import { type EngineTransport, openSocketio } from './socketio-line';

/** A line that was let in. */
export interface Line extends AsyncDisposable {
  /** Resolves when a message with this data has come. */
  receive(data: string): Promise<void>;
}

/** Opens a line that subscribes to `news`, or resolves to how it is refused. */
export type OpenLine = (service: Standalone, who: Who) => Promise<Line | string>;

export interface Way {
  readonly name: string;
  readonly open: OpenLine;
  /** How it is refused when there is no room in the process, and none for its address, and none for its user. */
  readonly refusals: { readonly process: string; readonly ip: string; readonly user: string };
}

/** Has the process let go of channels nobody reads, as it does after CHANNEL_IDLE_TIMEOUT: what is read then is what is stored. */
export function coolDown({ app }: Standalone): void {
  app.tetracast.hub.channelRegistry.sweep(Infinity);
}

const holdPoll: OpenLine = async ({ url, app }, who) => {
  const connection = new HttpConnection();
  const { hub } = app.tetracast;
  const before = hub.stats.connections;
  let isAnswered = false;
  const answer = connection.ask(`${url}/polling?channel=news&wait=55`, { headers: headersOf(who) });
  const answered = answer.finally(() => {
    isAnswered = true;
  });
  // It fails when it is given up, which nobody has to know.
  answered.catch(() => undefined);
  await until(() => isAnswered || hub.stats.connections > before);
  if (hub.stats.connections <= before) return outcomeOf(await answered);
  return {
    receive: async (data) => expect((await answered).text).toContain(JSON.stringify(data)),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
};

const openStream: OpenLine = async ({ url }, who) => {
  const stream = await openSseStream(`${url}/sse?channel=news`, headersOf(who));
  if ((await nextBlock(stream)).id === undefined) {
    await expect(nextBlock(stream)).rejects.toThrow('ended');
    return 'told when to come back';
  }
  return {
    receive: async (data) => {
      while ((await nextBlock(stream)).data?.includes(JSON.stringify(data)) !== true);
    },
    [Symbol.asyncDispose]: async () => stream.close(),
  };
};

const openResponseAt =
  (path: string): OpenLine =>
  async ({ url }, who) => {
    try {
      const response = await openResponse(`${url}${path}?channel=news`, headersOf(who));
      return {
        receive: async (data) => {
          await response.until(JSON.stringify(data));
        },
        [Symbol.asyncDispose]: async () => response.close(),
      };
    } catch (error) {
      const { status, code } = error as TransportError;
      return `${status} ${code}`;
    }
  };

const openWebSocket: OpenLine = async ({ url }, who) => {
  const wire = await openWebSocketWire(`${url}/ws?channel=news`, { headers: headersOf(who) });
  const first = await wire.next();
  if (first.type === 'error') return `${first.code}, closed with ${(await wire.closed).code}`;
  return {
    receive: async (data) => {
      while ((await wire.nextOf('message')).data !== data);
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
};

const openPlainWebSocket: OpenLine = async ({ url }, who) => {
  const wire = await openPlainWire(`${url}/ws?channel=news&format=data`, { headers: headersOf(who) });
  const closed = await wire.settled();
  if (closed !== undefined) return `closed with ${closed.code}`;
  return {
    receive: async (data) => {
      while ((await wire.next()) !== data);
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
};

const openSocketioBy =
  (transport: EngineTransport): OpenLine =>
  async ({ url }, who) => {
    const line = await openSocketio(url, who, { transport, auth: { channels: 'news' } });
    if (line.outcome !== 'ok') return line.outcome;
    const heard: unknown[] = [];
    line.socket.on('message', (data) => heard.push(data));
    return {
      receive: (data) => until(() => heard.includes(data)),
      [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
    };
  };

const OVER_HTTP = { process: '503 overloaded', ip: '429 rate_limited', user: '429 rate_limited' };
const COME_BACK = 'told when to come back';
/** Who it is can be told only after the handshake. */
const OVER_SOCKETIO = { process: '503', ip: '429', user: 'closed' };

/** Every kind of connection. */
export const WAYS: readonly Way[] = [
  { name: 'a poll that waits', open: holdPoll, refusals: OVER_HTTP },
  { name: 'an event stream', open: openStream, refusals: { process: COME_BACK, ip: COME_BACK, user: COME_BACK } },
  ...exampleDrivers.map(({ path }) => ({ name: `GET ${path}`, open: openResponseAt(path), refusals: OVER_HTTP })),
  {
    name: 'a WebSocket',
    open: openWebSocket,
    refusals: {
      process: 'overloaded, closed with 1013',
      ip: 'rate_limited, closed with 4100',
      user: 'rate_limited, closed with 4100',
    },
  },
  {
    name: 'a plain WebSocket',
    open: openPlainWebSocket,
    refusals: { process: 'closed with 1013', ip: 'closed with 4100', user: 'closed with 4100' },
  },
  { name: 'Socket.IO', open: openSocketioBy('websocket'), refusals: OVER_SOCKETIO },
  { name: 'Socket.IO by polling', open: openSocketioBy('polling'), refusals: OVER_SOCKETIO },
];
