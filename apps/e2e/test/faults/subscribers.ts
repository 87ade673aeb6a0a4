import { DEFAULT_EVENT, END_EVENT, type Message, type Reset } from '@tetracast/message-model';
import { streamDrivers, startTcpProxy } from '@tetracast/testing';
import { setMaxListeners } from 'node:events';
import { runPolling } from './subscribe-polling';
import { runSocketio } from './subscribe-socketio';
import { runSse } from './subscribe-sse';
import { runWebSocket } from './subscribe-websocket';
import { Trace } from './trace';

/** Takes what a stock client receives. */
export interface Recorder {
  message(message: Message): void;
  reset(reset: Reset): void;
  /** The stock client has given up for good. */
  fail(error: Error): void;
}

/** What a stock client asks for. */
export interface Wanted {
  readonly channels: readonly string[];
  /** Members of `auth` on Socket.IO, parameters of the URL elsewhere. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The events of its messages. Default: only `message`. */
  readonly events?: readonly string[];
}

/** What a stock client is given: `url` is that of a proxy before the gateway; it ends when `signal` aborts. */
export interface Subscription extends Required<Wanted> {
  readonly url: string;
  readonly trace: Recorder;
  readonly signal: AbortSignal;
}

/** Resolves once whatever is published from then on is received. */
export type RunSubscriber = (subscription: Subscription) => Promise<void>;

/** The stock clients, each as a page would use it: what its library does not do after a cut, the page does. */
export const SUBSCRIBERS: Readonly<Record<string, RunSubscriber>> = {
  polling: runPolling,
  sse: runSse,
  websocket: runWebSocket,
  socketio: runSocketio(['websocket']),
  'socketio polling': runSocketio(['polling']),
  'socketio upgraded': runSocketio(['polling', 'websocket']),
  ...Object.fromEntries(streamDrivers.map(({ service, follow }) => [service, follow])),
};

/** A stock client that connects through a proxy, or is connected. */
export interface StockClient extends AsyncDisposable {
  readonly name: string;
  /** Resolves once whatever is published from then on is received. */
  readonly opened: Promise<void>;
  /** Cuts its connections, and accepts new ones when `meanwhile` is done. */
  cut(meanwhile?: () => Promise<unknown>): Promise<void>;
}

/** A stock client that listens to all channels of a case. */
export interface Subscriber extends StockClient {
  readonly trace: Trace;
}

export async function startClient(
  name: string,
  gatewayUrl: string,
  wanted: Wanted,
  trace: Recorder,
): Promise<StockClient> {
  const run = SUBSCRIBERS[name];
  if (run === undefined) throw new Error(`no subscriber is called ${name}`);
  const proxy = await startTcpProxy(gatewayUrl);
  const over = new AbortController();
  setMaxListeners(0, over.signal); // one for each request that `fetch` has not forgotten yet
  const { url } = proxy;
  const opened = run({ parameters: {}, events: [DEFAULT_EVENT], ...wanted, url, trace, signal: over.signal });
  opened.catch(() => undefined);
  return {
    name,
    opened,
    cut: (meanwhile) => proxy.cut(meanwhile),
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await proxy.close();
    },
  };
}

export async function openSubscriber(
  name: string,
  gatewayUrl: string,
  channels: readonly string[],
): Promise<Subscriber> {
  const trace = new Trace();
  const client = await startClient(name, gatewayUrl, { channels, events: [DEFAULT_EVENT, END_EVENT] }, trace);
  try {
    await client.opened;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
  return { ...client, trace };
}
