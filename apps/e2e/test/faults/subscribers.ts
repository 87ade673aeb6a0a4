import { exampleDrivers, startTcpProxy } from '@tetracast/testing';
import { setMaxListeners } from 'node:events';
import { runPolling } from './subscribe-polling';
import { runSocketio } from './subscribe-socketio';
import { runSse } from './subscribe-sse';
import { runWebSocket } from './subscribe-websocket';
import { Trace } from './trace';

/** What a stock client is given: `url` is that of a proxy before the gateway; it ends when `signal` aborts. */
export interface Subscription {
  readonly url: string;
  readonly channels: readonly string[];
  readonly trace: Trace;
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
  ...Object.fromEntries(exampleDrivers.map(({ service, follow }) => [service, follow])),
};

/** A stock client that listens to all channels of a case. */
export interface Subscriber extends AsyncDisposable {
  readonly name: string;
  readonly trace: Trace;
  /** Cuts its connections, and accepts new ones when `meanwhile` is done. */
  cut(meanwhile?: () => Promise<unknown>): Promise<void>;
}

export async function openSubscriber(
  name: string,
  gatewayUrl: string,
  channels: readonly string[],
): Promise<Subscriber> {
  const proxy = await startTcpProxy(gatewayUrl);
  const over = new AbortController();
  setMaxListeners(0, over.signal); // one for each request that `fetch` has not forgotten yet
  const trace = new Trace();
  const close = async (): Promise<void> => {
    over.abort();
    await proxy.close();
  };
  try {
    const run = SUBSCRIBERS[name];
    if (run === undefined) throw new Error(`no subscriber is called ${name}`);
    await run({ url: proxy.url, channels, trace, signal: over.signal });
  } catch (error) {
    await close();
    throw error;
  }
  return { name, trace, cut: (meanwhile) => proxy.cut(meanwhile), [Symbol.asyncDispose]: close };
}
