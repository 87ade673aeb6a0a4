import {
  exampleDrivers,
  nextBlock,
  openPlainWire,
  openResponse,
  openSseStream,
  openWebSocketWire,
  type PlainWire,
  type ResponseStream,
  type SseStream,
  type TransportError,
  uniqueChannel,
  type WebSocketWire,
} from '@tetracast/testing';
import { type Asked, headersOf, HttpConnection, type Who } from './client';
import { type EngineTransport, openSocketio, type SocketioLine } from './socketio-line';

export type Action = 'publish' | 'subscribe' | 'poll';
export type Scope = 'line' | 'ip' | 'user';

/** A client that does one thing again and again. */
export interface Doer extends AsyncDisposable {
  /** `ok`, or how it is refused. */
  once(): Promise<string>;
}

/** Something there is a rate for. */
export interface Deed {
  readonly name: string;
  readonly action: Action;
  readonly scopes: readonly Scope[];
  /** How it is refused. */
  readonly refusal: string;
  /** What opening the line has cost before anything is done on it. */
  readonly opening: number;
  /** Messages in the log each time it is done. */
  readonly stores: number;
  readonly begin: (url: string, who: Who) => Promise<Doer>;
}

const EVERYONES: readonly Scope[] = ['line', 'ip', 'user'];
/** What opens a line each time has no line of its own. */
const SHARED: readonly Scope[] = ['ip', 'user'];
const OVER_HTTP = '429 rate_limited';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const overHttp =
  (path: string, { headers, ...asked }: Asked = {}): Deed['begin'] =>
  async (url, who) => {
    const connection = new HttpConnection();
    return {
      once: () => connection.attempt(url + path, { ...asked, headers: { ...headersOf(who), ...headers } }),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  };

const posting = (path: string): Deed['begin'] =>
  overHttp(path, { method: 'POST', headers: FORM, body: 'channel=news&data=x' });

export const byFrame =
  (frame: (who: Who) => object): Deed['begin'] =>
  async (url, who) => {
    const wire = await openWebSocketWire(`${url}/ws?channel=other`, { headers: headersOf(who) });
    await wire.nextOf('subscribed');
    return {
      once: async () => {
        wire.send(frame(who));
        const answer = await wire.next();
        return answer.type === 'error' ? answer.code : 'ok';
      },
      [Symbol.asyncDispose]: () => wire.close(),
    };
  };

export const byEvent =
  (transport: EngineTransport, event: string, argument: (who: Who) => unknown, namespace = '/'): Deed['begin'] =>
  async (url, who) => {
    const line = await openSocketio(url, who, { transport, namespace });
    return {
      once: () => line.attempt(event, argument(who)),
      [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
    };
  };

const openingStreams: Deed['begin'] = async (url, who) => {
  const streams: SseStream[] = [];
  return {
    once: async () => {
      const stream = await openSseStream(`${url}/sse?channel=news`, headersOf(who));
      streams.push(stream);
      return (await nextBlock(stream)).id === undefined ? 'told when to come back' : 'ok';
    },
    [Symbol.asyncDispose]: async () => {
      for (const stream of streams) stream.close();
    },
  };
};

function refusalOf(error: unknown): string {
  const { status, code } = error as TransportError;
  return `${status} ${code}`;
}

const openingResponses =
  (path: string): Deed['begin'] =>
  async (url, who) => {
    const responses: ResponseStream[] = [];
    const once = async (): Promise<string> => {
      responses.push(await openResponse(`${url}${path}?channel=news`, headersOf(who)));
      return 'ok';
    };
    return {
      once: () => once().catch(refusalOf),
      [Symbol.asyncDispose]: async () => {
        for (const response of responses) response.close();
      },
    };
  };

const openingWebSockets: Deed['begin'] = async (url, who) => {
  const wires: WebSocketWire[] = [];
  return {
    once: async () => {
      const wire = await openWebSocketWire(`${url}/ws?channel=news`, { headers: headersOf(who) });
      wires.push(wire);
      const frame = await wire.next();
      return frame.type === 'error' ? `${frame.code}, closed with ${(await wire.closed).code}` : 'ok';
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
};

const openingPlain: Deed['begin'] = async (url, who) => {
  const wires: PlainWire[] = [];
  return {
    once: async () => {
      const wire = await openPlain(url, who);
      wires.push(wire);
      const closed = await wire.settled();
      return closed === undefined ? 'ok' : `closed with ${closed.code}`;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
};

const openPlain = (url: string, who: Who): Promise<PlainWire> =>
  openPlainWire(`${url}/ws?channel=news&format=data`, { headers: headersOf(who) });

/** A refusal ends the connection: the next text is sent on another. */
const sendingTexts: Deed['begin'] = async (url, who) => {
  let wire = await openPlain(url, who);
  return {
    once: async () => {
      if (wire.socket.readyState !== wire.socket.OPEN) wire = await openPlain(url, who);
      const text = uniqueChannel('text');
      wire.send(text);
      for (;;) {
        const received = await wire.next().catch(() => wire.closed);
        if (received === text) return 'ok';
        if (typeof received !== 'string') return `closed with ${received.code}`;
      }
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
};

const joining =
  (transport: EngineTransport, namespace?: string): Deed['begin'] =>
  async (url, who) => {
    const lines: SocketioLine[] = [];
    const asked = { transport, ...(namespace === undefined ? { auth: { channels: 'news' } } : { namespace }) };
    return {
      once: async () => {
        const line = await openSocketio(url, who, asked);
        lines.push(line);
        return line.outcome;
      },
      [Symbol.asyncDispose]: async () => {
        await Promise.all(lines.map((line) => line[Symbol.asyncDispose]()));
      },
    };
  };

const publish = { action: 'publish', scopes: EVERYONES, refusal: 'rate_limited', opening: 0, stores: 1 } as const;
const subscribe = { action: 'subscribe', scopes: EVERYONES, refusal: 'rate_limited', opening: 1, stores: 0 } as const;
const open = { action: 'subscribe', scopes: SHARED, opening: 0, stores: 0 } as const;
const PUBLICATION = { channel: 'news', data: 'x' };
const CHANNELS = { channels: ['news'] };

/** Everything there is a rate for, on every transport. */
export const DEEDS: readonly Deed[] = [
  { name: 'POST /polling', ...publish, refusal: OVER_HTTP, begin: posting('/polling') },
  { name: 'POST /sse', ...publish, refusal: OVER_HTTP, begin: posting('/sse') },
  ...exampleDrivers.map(({ path }) => ({ name: `POST ${path}`, ...publish, refusal: OVER_HTTP, begin: posting(path) })),
  { name: 'a publish frame', ...publish, begin: byFrame(() => ({ type: 'publish', ...PUBLICATION })) },
  { name: 'a text', ...publish, scopes: SHARED, refusal: 'closed with 4100', begin: sendingTexts },
  { name: 'publish over Socket.IO', ...publish, begin: byEvent('websocket', 'publish', () => PUBLICATION) },
  { name: 'publish over Socket.IO by polling', ...publish, begin: byEvent('polling', 'publish', () => PUBLICATION) },
  { name: 'an event in a namespace', ...publish, begin: byEvent('websocket', 'price', () => 1, '/news') },

  { name: 'an event stream', ...open, refusal: 'told when to come back', begin: openingStreams },
  ...exampleDrivers.map(({ path }) => ({
    name: `GET ${path}`,
    ...open,
    refusal: OVER_HTTP,
    begin: openingResponses(path),
  })),
  { name: 'a WebSocket', ...open, refusal: 'rate_limited, closed with 4100', begin: openingWebSockets },
  { name: 'a plain WebSocket', ...open, refusal: 'closed with 4100', begin: openingPlain },
  { name: 'Socket.IO', ...open, refusal: 'closed', begin: joining('websocket') },
  { name: 'Socket.IO by polling', ...open, refusal: 'closed', begin: joining('polling') },
  { name: 'a namespace', ...open, refusal: 'closed', begin: joining('websocket', '/news') },
  { name: 'a subscribe frame', ...subscribe, begin: byFrame(() => ({ type: 'subscribe', ...CHANNELS })) },
  { name: 'an unsubscribe frame', ...subscribe, begin: byFrame(() => ({ type: 'unsubscribe', ...CHANNELS })) },
  { name: 'subscribe over Socket.IO', ...subscribe, begin: byEvent('websocket', 'subscribe', () => CHANNELS) },
  { name: 'subscribe over Socket.IO by polling', ...subscribe, begin: byEvent('polling', 'subscribe', () => CHANNELS) },
  { name: 'unsubscribe over Socket.IO', ...subscribe, begin: byEvent('websocket', 'unsubscribe', () => CHANNELS) },
  { name: 'an auth frame', ...subscribe, begin: byFrame(({ token }) => ({ type: 'auth', token })) },
  {
    name: 'a new token over Socket.IO',
    ...subscribe,
    begin: byEvent('websocket', 'tetracast:auth', ({ token }) => ({ token })),
  },
  {
    name: 'POST /sse/ticket',
    ...subscribe,
    refusal: OVER_HTTP,
    opening: 0,
    begin: overHttp('/sse/ticket?channel=news', { method: 'POST' }),
  },
  {
    name: 'POST /connections/…/token',
    ...subscribe,
    refusal: OVER_HTTP,
    opening: 0,
    // It is told to the other processes, which may have that line.
    stores: 1,
    begin: overHttp('/connections/nobody/token', { method: 'POST' }),
  },

  {
    name: 'GET /polling',
    action: 'poll',
    scopes: EVERYONES,
    refusal: OVER_HTTP,
    opening: 0,
    stores: 0,
    begin: overHttp('/polling?channel=news'),
  },
  {
    name: "a request of Socket.IO's polling",
    action: 'poll',
    scopes: ['ip'],
    refusal: OVER_HTTP,
    opening: 0,
    stores: 0,
    begin: overHttp('/socket.io/?EIO=4&transport=polling'),
  },
];
