import { createConnection, type Transport } from './connection';
import { environment } from './environment';
import { createHttpClient, type Fetch } from './http';
import { openEventStreamLink } from './links/event-stream-link';
import type { LinkContext, OpenLink, PublishResult, WebSocketConstructor } from './links/link';
import { openPollingLink } from './links/polling-link';
import { openWebSocketLink } from './links/websocket-link';
import type { Message } from './message';
import { createPublisher, type PublishOptions } from './publisher';
import { createStatusBoard } from './status-board';
import type { Status, StatusListener, TransportName } from './status';
import { createSubscription, type SubscribeOptions, type Subscription } from './subscription';
import { createTokens, type TokenSource } from './tokens';

export interface ClientOptions {
  /** The server's origin, such as `https://push.example`, and a path before its own, if there is one. Default: the page's origin. */
  readonly url?: string | undefined;
  readonly token?: TokenSource;
  /** Best first. Default: `websocket`, `sse`, `polling`. */
  readonly transports?: readonly TransportName[] | undefined;
  /** Names this client across its connections. Default: a random one. */
  readonly clientKey?: string | undefined;
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
  /** Ends subscriptions and publications, and closes the connection. */
  close(): void;
}

const OPEN: Readonly<Record<TransportName, OpenLink>> = {
  websocket: openWebSocketLink,
  sse: openEventStreamLink,
  polling: openPollingLink,
};

const CONNECT_TIMEOUT_MS = 10_000;
const ALL: readonly TransportName[] = ['websocket', 'sse', 'polling'];

/** What a client needs to speak to its server. */
export function createContext(options: ClientOptions): LinkContext {
  const { clientKey = environment.createKey(), connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const page = globalThis as { location?: { origin: string }; WebSocket?: WebSocketConstructor };
  const base = (options.url ?? page.location?.origin ?? '').replace(/\/$/, '');
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const tokens = createTokens(options.token);
  return {
    http: createHttpClient({ base, fetch, tokens, clientKey, timeoutMs: connectTimeoutMs }),
    tokens,
    env: environment,
    WebSocket: options.WebSocket ?? page.WebSocket,
  };
}

/** Creates a client. It connects at the first subscription. */
export function createClient(options: ClientOptions = {}): Client {
  const { transports = ALL, onStatus, signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const clientKey = options.clientKey ?? environment.createKey();
  const context = createContext({ ...options, clientKey });
  const path = transports.includes('polling') ? '/polling' : transports.includes('sse') ? '/sse' : undefined;

  const status = createStatusBoard();
  const connection = createConnection(context, {
    setStatus: status.set,
    transports: transports.map((name): Transport => ({ name, open: OPEN[name] })),
    connectTimeoutMs,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 45_000,
    probeIntervalMs: options.probeIntervalMs ?? 60_000,
    onLink: () => publisher.flush(),
  });
  const publisher = createPublisher(context, {
    maxQueued: options.maxQueued ?? 1000,
    timeoutMs: options.publishTimeoutMs ?? 100_000,
    path,
    clientKey,
    link: () => connection.ready,
    onWaiting: (isWaiting) => {
      if (path === undefined) connection.hold(isWaiting);
    },
  });
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    connection.close();
    publisher.close();
  };
  if (onStatus) status.listen(onStatus);
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();

  function subscribe<T>(channel: string, wanted: SubscribeOptions<T> & { onMessage: Callback<T> }): () => void;
  function subscribe<T>(channel: string, wanted?: SubscribeOptions<T>): Subscription<T>;
  function subscribe<T>(
    channel: string,
    { onMessage, ...wanted }: SubscribeOptions<T> & { onMessage?: Callback<T> } = {},
  ): Subscription<T> | (() => void) {
    const subscription = createSubscription<T>(context, connection.channels, channel, wanted, onMessage);
    if (connection.isClosed) subscription.close();
    return !onMessage ? subscription : () => subscription.close();
  }

  return {
    get status() {
      return status.current;
    },
    onStatus: status.listen,
    statuses: status.iterate,
    subscribe,
    publish: publisher.publish,
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
