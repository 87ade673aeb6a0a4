import {
  streamDrivers,
  nextBlock,
  openResponse,
  openSseStream,
  openWebSocketWire,
  type ResponseStream,
  type SseStream,
  type WebSocketWire,
} from '@tetracast/testing';
import { ENDED_WITH_RETRY, refusalOf } from './connection-kinds';
import { type ClientIdentity, headersOf, HttpConnection, type RequestOptions } from './http-connection';
import { openingPlainWebSockets, sendingTexts } from './plain-actions';
import { type EngineTransport, openSocketio, type SocketioConnection } from './socketio-connection';

export type Action = 'publish' | 'subscribe' | 'poll';
export type Scope = 'connection' | 'ip' | 'user';

/** A client that can repeat one action. */
export interface ActingClient extends AsyncDisposable {
  /** `ok`, or the refusal. */
  act(): Promise<string>;
}

/** Something that a rate limits. */
export interface RatedAction {
  readonly name: string;
  readonly action: Action;
  readonly scopes: readonly Scope[];
  readonly refusal: string;
  /** What opening the connection counts before the first action. */
  readonly opening: number;
  /** Messages that each action stores. */
  readonly stores: number;
  readonly start: (url: string, client: ClientIdentity) => Promise<ActingClient>;
}

const ALL_SCOPES: readonly Scope[] = ['connection', 'ip', 'user'];
/** Of an action that opens a new connection each time. */
const SHARED_SCOPES: readonly Scope[] = ['ip', 'user'];
const OVER_HTTP = '429 rate_limited';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const overHttp =
  (path: string, { headers, ...options }: RequestOptions = {}): RatedAction['start'] =>
  async (url, client) => {
    const connection = new HttpConnection();
    return {
      act: () => connection.attempt(url + path, { ...options, headers: { ...headersOf(client), ...headers } }),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  };

const posting = (path: string): RatedAction['start'] =>
  overHttp(path, { method: 'POST', headers: FORM, body: 'channel=news&data=x' });

export const byFrame =
  (frame: (client: ClientIdentity) => object): RatedAction['start'] =>
  async (url, client) => {
    const wire = await openWebSocketWire(`${url}/ws?channel=other`, { headers: headersOf(client) });
    await wire.nextOf('subscribed');
    return {
      act: async () => {
        wire.send(frame(client));
        const answer = await wire.next();
        return answer.type === 'error' ? answer.code : 'ok';
      },
      [Symbol.asyncDispose]: () => wire.close(),
    };
  };

export const byEvent =
  (
    transport: EngineTransport,
    event: string,
    argument: (client: ClientIdentity) => unknown,
    namespace = '/',
  ): RatedAction['start'] =>
  async (url, client) => {
    const connection = await openSocketio(url, client, { transport, namespace });
    return {
      act: () => connection.attempt(event, argument(client)),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  };

const openingStreams: RatedAction['start'] = async (url, client) => {
  const streams: SseStream[] = [];
  return {
    act: async () => {
      const stream = await openSseStream(`${url}/sse?channel=news`, headersOf(client));
      streams.push(stream);
      return (await nextBlock(stream)).id === undefined ? ENDED_WITH_RETRY : 'ok';
    },
    [Symbol.asyncDispose]: async () => {
      for (const stream of streams) stream.close();
    },
  };
};

const openingResponses =
  (path: string): RatedAction['start'] =>
  async (url, client) => {
    const responses: ResponseStream[] = [];
    const open = async (): Promise<string> => {
      responses.push(await openResponse(`${url}${path}?channel=news`, headersOf(client)));
      return 'ok';
    };
    return {
      act: () => open().catch(refusalOf),
      [Symbol.asyncDispose]: async () => {
        for (const response of responses) response.close();
      },
    };
  };

const openingWebSockets: RatedAction['start'] = async (url, client) => {
  const wires: WebSocketWire[] = [];
  return {
    act: async () => {
      const wire = await openWebSocketWire(`${url}/ws?channel=news`, { headers: headersOf(client) });
      wires.push(wire);
      const frame = await wire.next();
      return frame.type === 'error' ? `${frame.code}, closed with ${(await wire.closed).code}` : 'ok';
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
};

const openingSocketio =
  (transport: EngineTransport, namespace?: string): RatedAction['start'] =>
  async (url, client) => {
    const connections: SocketioConnection[] = [];
    const options = { transport, ...(namespace === undefined ? { auth: { channels: 'news' } } : { namespace }) };
    return {
      act: async () => {
        const connection = await openSocketio(url, client, options);
        connections.push(connection);
        return connection.outcome;
      },
      [Symbol.asyncDispose]: async () => {
        await Promise.all(connections.map((connection) => connection[Symbol.asyncDispose]()));
      },
    };
  };

const publish = { action: 'publish', scopes: ALL_SCOPES, refusal: 'rate_limited', opening: 0, stores: 1 } as const;
const subscribe = { action: 'subscribe', scopes: ALL_SCOPES, refusal: 'rate_limited', opening: 1, stores: 0 } as const;
const open = { action: 'subscribe', scopes: SHARED_SCOPES, opening: 0, stores: 0 } as const;
const PUBLICATION = { channel: 'news', data: 'x' };
const CHANNELS = { channels: ['news'] };

/** Everything that a rate limits, on every transport. */
export const RATED_ACTIONS: readonly RatedAction[] = [
  { name: 'POST /polling', ...publish, refusal: OVER_HTTP, start: posting('/polling') },
  { name: 'POST /sse', ...publish, refusal: OVER_HTTP, start: posting('/sse') },
  ...streamDrivers.map(({ path }) => ({ name: `POST ${path}`, ...publish, refusal: OVER_HTTP, start: posting(path) })),
  { name: 'a publish frame', ...publish, start: byFrame(() => ({ type: 'publish', ...PUBLICATION })) },
  { name: 'a text', ...publish, scopes: SHARED_SCOPES, refusal: 'closed with 4100', start: sendingTexts },
  { name: 'publish over Socket.IO', ...publish, start: byEvent('websocket', 'publish', () => PUBLICATION) },
  { name: 'publish over Socket.IO by polling', ...publish, start: byEvent('polling', 'publish', () => PUBLICATION) },
  { name: 'an event in a namespace', ...publish, start: byEvent('websocket', 'price', () => 1, '/news') },

  { name: 'an event stream', ...open, refusal: ENDED_WITH_RETRY, start: openingStreams },
  ...streamDrivers.map(({ path }) => ({
    name: `GET ${path}`,
    ...open,
    refusal: OVER_HTTP,
    start: openingResponses(path),
  })),
  { name: 'a WebSocket', ...open, refusal: 'rate_limited, closed with 4100', start: openingWebSockets },
  { name: 'a plain WebSocket', ...open, refusal: 'closed with 4100', start: openingPlainWebSockets },
  { name: 'Socket.IO', ...open, refusal: 'closed', start: openingSocketio('websocket') },
  { name: 'Socket.IO by polling', ...open, refusal: 'closed', start: openingSocketio('polling') },
  { name: 'a namespace', ...open, refusal: 'closed', start: openingSocketio('websocket', '/news') },
  { name: 'a subscribe frame', ...subscribe, start: byFrame(() => ({ type: 'subscribe', ...CHANNELS })) },
  { name: 'an unsubscribe frame', ...subscribe, start: byFrame(() => ({ type: 'unsubscribe', ...CHANNELS })) },
  { name: 'subscribe over Socket.IO', ...subscribe, start: byEvent('websocket', 'subscribe', () => CHANNELS) },
  { name: 'subscribe over Socket.IO by polling', ...subscribe, start: byEvent('polling', 'subscribe', () => CHANNELS) },
  { name: 'unsubscribe over Socket.IO', ...subscribe, start: byEvent('websocket', 'unsubscribe', () => CHANNELS) },
  { name: 'an auth frame', ...subscribe, start: byFrame(({ token }) => ({ type: 'auth', token })) },
  {
    name: 'a new token over Socket.IO',
    ...subscribe,
    start: byEvent('websocket', 'tetracast:auth', ({ token }) => ({ token })),
  },
  {
    name: 'POST /sse/ticket',
    ...subscribe,
    refusal: OVER_HTTP,
    opening: 0,
    start: overHttp('/sse/ticket?channel=news', { method: 'POST' }),
  },
  {
    name: 'POST /connections/…/token',
    ...subscribe,
    refusal: OVER_HTTP,
    opening: 0,
    // It is announced to the other processes, which may have that connection.
    stores: 1,
    start: overHttp('/connections/nobody/token', { method: 'POST' }),
  },

  {
    name: 'GET /polling',
    action: 'poll',
    scopes: ALL_SCOPES,
    refusal: OVER_HTTP,
    opening: 0,
    stores: 0,
    start: overHttp('/polling?channel=news'),
  },
  {
    name: "a request of Socket.IO's polling",
    action: 'poll',
    scopes: ['ip'],
    refusal: OVER_HTTP,
    opening: 0,
    stores: 0,
    start: overHttp('/socket.io/?EIO=4&transport=polling'),
  },
];
