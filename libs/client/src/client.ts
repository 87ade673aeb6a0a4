import { createConnection, type Transport } from './connection/connection';
import { createKey, page } from './environment';
import { createHttpClient, type Fetch, type HttpClient } from './http';
import { openAnyEventStreamLink } from './links/any-event-stream-link';
import type { LinkContext, OpenLink, PresenceMode, PublishResult, WebSocketConstructor } from './links/link';
import { openPollingLink } from './links/polling-link';
import { openWebSocketLink } from './links/websocket-link';
import type { Message } from './message';
import { createPublisher, type PublishOptions } from './publisher';
import { createStatusBoard } from './connection/status-board';
import type { Status, StatusListener, TransportName } from './connection/status';
import { createSubscription, type SubscribeOptions, type Subscription } from './subscriptions/subscription';
import { createTokens, type TokenSource } from './tokens';

export interface ClientOptions {
  /** The server's origin, such as `https://push.example`, and a path before its own, if there is one. Default: the page's origin. */
  readonly url?: string | undefined;
  readonly token?: TokenSource;
  /** Best first. Default: `websocket`, `sse`, `polling`. `socketio` of `@tetracast/client/socketio` is another. */
  readonly transports?: readonly (TransportName | Transport)[] | undefined;
  /** Names this client across its connections. Default: a random one. */
  readonly clientKey?: string | undefined;
  /**
   * Every subscription makes the client a member of its channel (`true`), or only gets joins and leaves (`observe`). Default: neither.
   * `presence` of `@tetracast/client/presence` sets it.
   */
  readonly presence?: PresenceMode | undefined;
  /** Closes the client. */
  readonly signal?: AbortSignal | undefined;
  readonly onStatus?: StatusListener | undefined;
  /** The most publications that wait for the server. Default 1000. */
  readonly maxQueued?: number | undefined;
  /** How long a publication may wait, in ms: less than the server's `IDEMPOTENCY_TTL`. Default 100 000. */
  readonly publishTimeoutMs?: number | undefined;
  /** A transport that has not answered for so long is left for the next one. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** A connection on which nothing has arrived for so long is replaced: longer than twice the server's heartbeat. Default 45 000. */
  readonly heartbeatTimeoutMs?: number | undefined;
  /** When a better transport is tried again for the first time, in ms; then half as often each time. Default 60 000. */
  readonly probeIntervalMs?: number | undefined;
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined;
  /** Default: the global one, which Node.js has from version 22 on; `ws` of npm is another. */
  readonly WebSocket?: WebSocketConstructor | undefined;
}

type Callback<T> = (message: Message<T>) => void;

/** A client of one server: subscriptions and publications over one connection. */
export interface Client extends AsyncDisposable {
  /** Those with which it was created, and its client key. */
  readonly options: ClientOptions;
  readonly status: Status;
  /** Calls `listener` at each change. Returns the way to stop. */
  readonly onStatus: (listener: StatusListener) => () => void;
  /** The current status, then each change; ends after `closed`, and when `signal` is aborted. */
  statuses(signal?: AbortSignal): AsyncIterableIterator<Status>;
  /** Calls `onMessage` for each message. Returns the way to unsubscribe. */
  subscribe<T = unknown>(
    channel: string,
    options: SubscribeOptions<T> & { readonly onMessage: Callback<T> },
  ): () => void;
  /** To be iterated. */
  subscribe<T = unknown>(channel: string, options?: SubscribeOptions<T>): Subscription<T>;
  /**
   * Resolves when the message is stored. Without a network it waits, and is sent again until it is stored, once.
   * @throws TetracastError what the server says, `queue_full`, `expired`, `closed`
   */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<PublishResult>;
  /**
   * Asks the publishers of a channel to stop, once: it is not repeated.
   * @throws TetracastError what the server says, `network`
   */
  cancel(channel: string): Promise<void>;
  /** Sends a request to the server, with the token, for what has no method here. */
  readonly request: HttpClient['request'];
  /** Ends subscriptions and publications, and closes the connection. */
  close(): void;
}

/** Best first. */
const OPEN = {
  websocket: openWebSocketLink,
  sse: openAnyEventStreamLink,
  polling: openPollingLink,
} satisfies Partial<Record<TransportName, OpenLink>>;

/** What a client needs to speak to its server. */
export function createContext({
  url = page.location?.origin ?? '',
  token,
  clientKey = createKey(),
  presence,
  connectTimeoutMs: timeoutMs = 10_000,
  fetch = page.fetch,
  WebSocket = page.WebSocket,
}: ClientOptions): LinkContext {
  const tokens = createTokens(token, timeoutMs);
  const base = url.replace(/\/$/, '');
  return { ...createHttpClient({ base, fetch, tokens, clientKey, timeoutMs }), presence, WebSocket };
}

/** Creates a client. It connects at the first subscription. */
export function createClient(options: ClientOptions = {}): Client {
  const { transports = Object.keys(OPEN) as (keyof typeof OPEN)[], onStatus, signal } = options;
  const context = createContext(options);
  const board = createStatusBoard();
  const connection = createConnection(context, {
    ...options,
    transports: transports.map((transport) =>
      typeof transport === 'string' ? { name: transport, open: OPEN[transport] } : transport,
    ),
    setStatus: board.set,
    onLink: (link) => publisher.setLink(link),
  });
  const publisher = createPublisher(context, options);
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    publisher.close();
    connection.close();
  };
  if (onStatus) board.onStatus(onStatus);
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();

  function subscribe<T>(channel: string, wanted: SubscribeOptions<T> & { onMessage: Callback<T> }): () => void;
  function subscribe<T>(channel: string, wanted?: SubscribeOptions<T>): Subscription<T>;
  function subscribe<T>(
    channel: string,
    { onMessage, ...wanted }: SubscribeOptions<T> & { onMessage?: Callback<T> } = {},
  ): Subscription<T> | (() => void) {
    const subscription = createSubscription<T>(context, connection.channels, channel, wanted, onMessage);
    return onMessage ? subscription.close : subscription;
  }

  const { request } = context;
  return {
    options: { ...options, clientKey: context.clientKey },
    get status() {
      return board.status;
    },
    onStatus: board.onStatus,
    statuses: board.statuses,
    subscribe,
    publish: publisher.publish,
    cancel: async (channel) => {
      await request(`/channels/${encodeURIComponent(channel)}/cancel`, {}, { method: 'POST' });
    },
    request,
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
