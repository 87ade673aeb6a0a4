import {
  streamDrivers,
  nextBlock,
  openPlainWire,
  openResponse,
  openSseStream,
  openWebSocketWire,
  type TransportError,
  until,
} from '@tetracast/testing';
import type { Standalone } from '../access/start-standalone';
import { type ClientIdentity, headersOf, HttpConnection, outcomeOf } from './http-connection';
import { type EngineTransport, openSocketio } from './socketio-connection';

/** A connection that the service accepted. */
export interface OpenConnection extends AsyncDisposable {
  /** Resolves when a message with this data has come. */
  receive(data: string): Promise<void>;
}

/** Opens a connection that subscribes to `channels`, or resolves with the refusal. */
type Open = (service: Standalone, client: ClientIdentity, channels?: string) => Promise<OpenConnection | string>;

export interface ConnectionKind {
  readonly name: string;
  readonly open: Open;
  readonly refusals: {
    /** For lack of room in the process. */
    readonly process: string;
    /** Of too many connections of an address. */
    readonly ip: string;
    /** Of too many connections of a user. */
    readonly user: string;
    /** Of more than MAX_CHANNELS channels; `undefined` where a connection has one channel. */
    readonly channels: string | undefined;
    /** Of a channel beyond MAX_OPEN_CHANNELS. */
    readonly openChannels: string;
  };
}

const CHANNEL = 'news';
/** An event stream that ends after `retry:`, so that the client reconnects. */
export const ENDED_WITH_RETRY = 'ended with retry';

/** Closes the channels without subscribers, as after CHANNEL_IDLE_TIMEOUT: the next reader reads what is stored. */
export function closeIdleChannels({ tetracast }: Standalone): void {
  tetracast.hub.channelRegistry.sweep(Infinity);
}

export function refusalOf(error: unknown): string {
  const { status, code } = error as TransportError;
  return `${status} ${code}`;
}

const openPoll: Open = async (service, client, channels = CHANNEL) => {
  const connection = new HttpConnection();
  const before = service.connections();
  let isAnswered = false;
  const response = connection.send(`${service.url}/polling?channel=${channels}&wait=55`, {
    headers: headersOf(client),
  });
  const answered = response.finally(() => {
    isAnswered = true;
  });
  // A poll that the test closes rejects.
  answered.catch(() => undefined);
  await until(() => isAnswered || service.connections() > before);
  if (service.connections() <= before) return outcomeOf(await answered);
  return {
    receive: async (data) => expect((await answered).text).toContain(JSON.stringify(data)),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
};

const openStream: Open = async ({ url }, client, channels = CHANNEL) => {
  try {
    const stream = await openSseStream(`${url}/sse?channel=${channels}`, headersOf(client));
    if ((await nextBlock(stream)).id === undefined) {
      await expect(nextBlock(stream)).rejects.toThrow('ended');
      return ENDED_WITH_RETRY;
    }
    return {
      receive: async (data) => {
        while ((await nextBlock(stream)).data?.includes(JSON.stringify(data)) !== true);
      },
      [Symbol.asyncDispose]: async () => stream.close(),
    };
  } catch (error) {
    return refusalOf(error);
  }
};

const openResponseAt =
  (path: string): Open =>
  async ({ url }, client, channels = CHANNEL) => {
    try {
      const response = await openResponse(`${url}${path}?channel=${channels}`, headersOf(client));
      return {
        receive: async (data) => {
          await response.until(JSON.stringify(data));
        },
        [Symbol.asyncDispose]: async () => response.close(),
      };
    } catch (error) {
      return refusalOf(error);
    }
  };

const openWebSocket: Open = async ({ url }, client, channels = CHANNEL) => {
  const wire = await openWebSocketWire(`${url}/ws?channel=${channels}`, { headers: headersOf(client) });
  const first = await wire.next();
  if (first.type === 'error') return `${first.code}, closed with ${(await wire.closed).code}`;
  return {
    receive: async (data) => {
      while ((await wire.nextOf('message')).data !== data);
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
};

const openPlainWebSocket: Open = async ({ url }, client, channels = CHANNEL) => {
  const target = `${url}/ws?channel=${channels}&format=data`;
  const wire = await openPlainWire(target, { headers: headersOf(client) });
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
  (transport: EngineTransport): Open =>
  async ({ url }, client, channels = CHANNEL) => {
    const connection = await openSocketio(url, client, { transport, auth: { channels } });
    if (connection.outcome !== 'ok') return connection.outcome;
    const received: unknown[] = [];
    connection.socket.on('message', (data) => received.push(data));
    return {
      receive: (data) => until(() => received.includes(data)),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  };

const OVER_HTTP = {
  process: '503 overloaded',
  ip: '429 rate_limited',
  user: '429 rate_limited',
  channels: '400 too_many_channels',
  openChannels: '503 overloaded',
};
/** The user is known only after the handshake. */
const OVER_SOCKETIO = {
  process: '503',
  ip: '429',
  user: 'closed',
  channels: 'too_many_channels',
  openChannels: 'closed',
};

/** Every kind of connection. */
export const CONNECTION_KINDS: readonly ConnectionKind[] = [
  { name: 'a poll that waits', open: openPoll, refusals: OVER_HTTP },
  {
    name: 'an event stream',
    open: openStream,
    refusals: {
      process: ENDED_WITH_RETRY,
      ip: ENDED_WITH_RETRY,
      user: ENDED_WITH_RETRY,
      channels: OVER_HTTP.channels,
      openChannels: ENDED_WITH_RETRY,
    },
  },
  ...streamDrivers.map(({ path }) => ({ name: `GET ${path}`, open: openResponseAt(path), refusals: OVER_HTTP })),
  {
    name: 'a WebSocket',
    open: openWebSocket,
    refusals: {
      process: 'overloaded, closed with 1013',
      ip: 'rate_limited, closed with 4100',
      user: 'rate_limited, closed with 4100',
      channels: 'too_many_channels, closed with 4000',
      openChannels: 'overloaded, closed with 1013',
    },
  },
  {
    name: 'a plain WebSocket',
    open: openPlainWebSocket,
    refusals: {
      process: 'closed with 1013',
      ip: 'closed with 4100',
      user: 'closed with 4100',
      channels: undefined,
      openChannels: 'closed with 1013',
    },
  },
  { name: 'Socket.IO', open: openSocketioBy('websocket'), refusals: OVER_SOCKETIO },
  { name: 'Socket.IO by polling', open: openSocketioBy('polling'), refusals: OVER_SOCKETIO },
];
