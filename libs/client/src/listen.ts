import { backOffMs } from './back-off';
import { environment, sleep } from './environment';
import { toError } from './errors';
import { createStreamParser, readText, type StreamBlock } from './event-stream';
import { createHttpClient, type Fetch } from './http';
import type { Message, Reset, Start } from './message';
import { createQueue, type Queue } from './queue';
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
  const { onReset, heartbeatTimeoutMs = 45_000 } = options;
  const page = globalThis as { location?: { origin: string } };
  const tokens = createTokens(options.token);
  const http = createHttpClient({
    base: options.url ?? page.location?.origin ?? '',
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    tokens,
    clientKey: environment.createKey(),
    timeoutMs: heartbeatTimeoutMs,
  });
  const ending = new AbortController();
  let stream = ending;
  let start: Start = { after: options.after, rewind: options.rewind };
  let attempt = 0;
  let retryAfterMs: number | undefined;

  const take = ({ id, event, data, retry }: StreamBlock): void => {
    if (retry !== undefined) retryAfterMs = Number(retry);
    // Without an id it is a notice about the token: the next stream gets a new one.
    if (id === undefined || stream.signal.aborted) return;
    attempt = 0;
    start = { after: id };
    if (data === undefined) return;
    if (event === 'tetracast:reset') onReset?.(JSON.parse(data) as Reset);
    else queue.push(JSON.parse(data) as Message<T>);
  };
  const readStream = async (): Promise<void> => {
    stream = new AbortController();
    let timer: unknown;
    const watch = (): void => {
      environment.clearTimeout(timer);
      timer = environment.setTimeout(() => stream.abort(), heartbeatTimeoutMs);
    };
    watch();
    try {
      const response = await http.request('/sse', { channel: String(channels), ...start }, undefined, stream.signal);
      const parse = createStreamParser(take);
      await readText(response, (text) => {
        watch();
        parse(text);
      });
    } finally {
      environment.clearTimeout(timer);
    }
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const error = await readStream().then(() => undefined, toError);
      if (error?.isTemporary === false) {
        queue.end(error);
        return;
      }
      const waitMs = (retryAfterMs ?? 0) + backOffMs(environment, attempt++, error);
      await sleep(environment, waitMs, ending.signal);
    }
  };
  const close = (): void => {
    ending.abort();
    stream.abort();
    queue.end();
  };
  const queue = createQueue<Message<T>>(close);
  options.signal?.addEventListener('abort', close);
  if (options.signal?.aborted) close();
  void run();
  return queue;
}
