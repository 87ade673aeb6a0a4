import { backOffMs } from './back-off';
import { TetracastError, toError } from './errors';
import type { Link, LinkContext, Publication, PublishResult } from './links/link';

export interface PublishOptions {
  /** Default `message`. */
  readonly event?: string | undefined;
  /** `false` keeps the message from this client's own subscriptions. Default `true`. */
  readonly echo?: boolean | undefined;
  /** Default: a random one. Publications with equal keys of one client are stored once. */
  readonly idempotencyKey?: string | undefined;
  /** Gives up waiting. The publication may be stored or not. */
  readonly signal?: AbortSignal | undefined;
}

export interface PublisherOptions {
  /** The most publications that wait. */
  readonly maxQueued: number;
  /** How long one may wait, in ms: less than the server knows an idempotency key. */
  readonly timeoutMs: number;
  /** Where to send a publication by HTTP; `undefined`: only over an open link. */
  readonly path: string | undefined;
  readonly clientKey: string;
  readonly link: () => Link | undefined;
  /** Something waits for a link, or nothing does any more. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

interface Queued {
  readonly publication: Publication;
  isSent: boolean;
  readonly settle: (error: Error | undefined, result?: PublishResult) => void;
}

/**
 * Publishes in the order of the calls: over the open link if it can, else by HTTP, one after another. What fails on the way is sent
 * again with the same idempotency key until the server has answered or its time is over.
 */
export interface Publisher {
  /** @throws TetracastError what the server says, `queue_full`, `expired`, `closed`; the reason of the signal */
  readonly publish: (channel: string, data: unknown, options?: PublishOptions) => Promise<PublishResult>;
  /** Sends what waits: a link is ready, or it is time to try again. */
  flush(): void;
  close(): void;
}

export function createPublisher({ http, env }: LinkContext, options: PublisherOptions): Publisher {
  const { maxQueued, timeoutMs, path, onWaiting } = options;
  const queue: Queued[] = [];
  let isClosed = false;
  const closedError = new TetracastError('closed', 'the client was closed');
  let isPosting = false;
  let retryTimer: unknown;
  let attempt = 0;

  const flush = (): void => {
    env.clearTimeout(retryTimer);
    const link = options.link();
    // A publication on its way by HTTP keeps its place.
    if (isPosting) return;
    const waiting = queue.filter(({ isSent }) => !isSent);
    if (!link?.publish) {
      const [next] = waiting;
      if (next && path !== undefined) void post(path, next);
      return;
    }
    for (const queued of waiting) {
      queued.isSent = true;
      link.publish(queued.publication, (error, result) => onAnswer(queued, error, result));
    }
  };
  const post = async (to: string, queued: Queued): Promise<void> => {
    isPosting = queued.isSent = true;
    const { idempotencyKey, ...publication } = queued.publication;
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify({ ...publication, client: options.clientKey }),
    };
    let error: TetracastError | undefined;
    let result: PublishResult | undefined;
    try {
      const response = await http.request(to, {}, init);
      // 201: stored now.
      result = { ...((await response.json()) as PublishResult), duplicate: response.status === 200 };
    } catch (cause) {
      error = toError(cause);
    }
    isPosting = false;
    onAnswer(queued, error, result);
    if (error?.isTemporary !== true) flush();
  };
  const onAnswer = (queued: Queued, error: TetracastError | undefined, result: PublishResult | undefined): void => {
    queued.isSent = false;
    if (error?.isTemporary === true) {
      env.clearTimeout(retryTimer);
      if (queue.length > 0) retryTimer = env.setTimeout(flush, backOffMs(env, attempt++, error));
    } else {
      attempt = 0;
      queued.settle(error, !error ? result : undefined);
    }
  };
  return {
    flush,
    publish: (channel, data, { signal, ...more } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (isClosed) throw closedError;
        if (queue.length >= maxQueued) throw new TetracastError('queue_full', `${maxQueued} publications wait already`);
        const abort = (): void => queued.settle(signal?.reason as Error);
        const queued: Queued = {
          publication: { channel, data: data ?? null, ...more, idempotencyKey: more.idempotencyKey ?? env.createKey() },
          isSent: false,
          settle: (error, result) => {
            const place = queue.indexOf(queued);
            if (place < 0) return;
            queue.splice(place, 1);
            env.clearTimeout(timer);
            signal?.removeEventListener('abort', abort);
            onWaiting(queue.length > 0);
            if (!result) reject(error ?? closedError);
            else resolve(result.duplicate ? { id: result.id, duplicate: true } : { id: result.id });
          },
        };
        signal?.addEventListener('abort', abort);
        const expired = new TetracastError('expired', 'no answer in time: the publication may be stored or not');
        const timer = env.setTimeout(() => queued.settle(expired), timeoutMs);
        queue.push(queued);
        onWaiting(true);
        flush();
      }),
    close: () => {
      isClosed = true;
      env.clearTimeout(retryTimer);
      for (const { settle } of [...queue]) settle(closedError);
    },
  };
}
