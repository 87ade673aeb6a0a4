import { backOffMs } from './connection/back-off';
import { createKey, later, page, sleep } from './environment';
import { toError } from './errors';
import { readStream } from './links/event-stream';
import { createHttpClient, type Fetch } from './http';
import type { Message, Reset, Start } from './message';
import { createQueue, type Queue } from './subscriptions/queue';
import { createTokens, type TokenSource } from './tokens';

export { TetracastError } from './errors';
export type { Message, Reset } from './message';

export interface ListenOptions extends Start {
  /** The server's origin. Default: the page's. */
  readonly url?: string | undefined;
  readonly token?: TokenSource;
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
  /** Messages may be missing: load the state again. */
  readonly onReset?: ((reset: Reset) => void) | undefined;
  /** An event stream on which nothing has arrived for so long is replaced. Default 45 000. */
  readonly heartbeatTimeoutMs?: number | undefined;
  readonly fetch?: Fetch | undefined;
}

/**
 * The messages of some channels over Server-Sent Events. It resumes after every cut, without a gap.
 * @throws TetracastError for what another attempt would not change, such as `unauthorized`
 */
export function listen<T = unknown>(
  channels: string | readonly string[],
  options: ListenOptions = {},
): Omit<Queue<Message<T>>, 'push' | 'end'> {
  const { onReset, heartbeatTimeoutMs = 45_000, signal, after, rewind } = options;
  const http = createHttpClient({
    base: options.url ?? page.location?.origin ?? '',
    fetch: options.fetch ?? page.fetch,
    tokens: createTokens(options.token, heartbeatTimeoutMs),
    clientKey: createKey(),
    timeoutMs: heartbeatTimeoutMs,
  });
  const ending = new AbortController();
  let start: Start = { after, rewind };
  let attempt = 0;
  let retryAfterMs: number | undefined;

  const readOnce = async (): Promise<void> => {
    const stream = new AbortController();
    const abort = (): void => stream.abort();
    let cancel: (() => void) | undefined;
    const watch = (): void => {
      cancel?.();
      cancel = later(heartbeatTimeoutMs, abort);
    };
    watch();
    ending.signal.addEventListener('abort', abort);
    try {
      const response = await http.request('/sse', { channel: String(channels), ...start }, undefined, stream.signal);
      await readStream(response, watch, ({ id, event, data, retry }) => {
        if (retry !== undefined) retryAfterMs = Number(retry);
        // Without an id it is a notice about the token: the next stream gets a new one.
        if (id === undefined) return;
        attempt = 0;
        start = { after: id };
        if (!data) return;
        if (event === 'tetracast:reset') onReset?.(JSON.parse(data) as Reset);
        else queue.push(JSON.parse(data) as Message<T>);
      });
    } finally {
      cancel?.();
      ending.signal.removeEventListener('abort', abort);
    }
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const error = await readOnce().then(() => undefined, toError);
      if (error?.isTemporary === false) {
        queue.end(error);
        return;
      }
      await sleep((retryAfterMs ?? 0) + backOffMs(attempt++, error), ending.signal);
    }
  };
  const close = (): void => {
    ending.abort();
    queue.end();
  };
  const queue = createQueue<Message<T>>(close);
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();
  void run();
  return queue;
}
