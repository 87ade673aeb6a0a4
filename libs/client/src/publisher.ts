import { backOffMs } from './connection/back-off';
import { createKey, later } from './environment';
import { TetracastError, toError } from './errors';
import type { HttpClient } from './http';
import type { Publication, PublishingLink, PublishResult } from './links/link';

export interface PublishOptions {
  /** Default `message`. */
  readonly event?: string | undefined;
  /** `false` keeps the message from this client's own subscriptions. Default `true`. */
  readonly echo?: boolean | undefined;
  /** `true`: the last message of the channel, without an `event`. Default `false`. */
  readonly end?: boolean | undefined;
  /** Default: a random one. Publications with equal keys of one client are stored once. */
  readonly idempotencyKey?: string | undefined;
  /** Gives up waiting. The publication may be stored or not. */
  readonly signal?: AbortSignal | undefined;
}

export interface PublisherOptions {
  /** The most publications that wait. */
  readonly maxQueued?: number | undefined;
  /** How long one may wait, in ms: less than the server knows an idempotency key. */
  readonly publishTimeoutMs?: number | undefined;
}

interface Queued {
  readonly publication: Publication;
  /** The link that has it. */
  link?: PublishingLink | undefined;
  readonly settle: (error: Error | undefined, result?: PublishResult) => void;
}

/**
 * Publishes in the order of the calls: over the open link if it can, else by HTTP, one after another. What has no answer is sent again
 * with the same idempotency key, until the server has answered or its time is over.
 */
export interface Publisher {
  /** @throws TetracastError what the server says, `queue_full`, `expired`, `closed`; the reason of the signal */
  readonly publish: (channel: string, data: unknown, options?: PublishOptions) => Promise<PublishResult>;
  /** Sends what waits over this link from now on, or without one by HTTP. */
  readonly setLink: (link: PublishingLink | undefined) => void;
  close(): void;
}

export function createPublisher(http: HttpClient, options: PublisherOptions): Publisher {
  const { maxQueued = 1000, publishTimeoutMs = 100_000 } = options;
  const queue: Queued[] = [];
  let isClosed = false;
  let isPosting = false;
  let link: PublishingLink | undefined;
  let cancelRetry: (() => void) | undefined;
  let attempt = 0;

  const flush = (): void => {
    cancelRetry?.();
    const [first] = queue;
    // A publication on its way by HTTP keeps its place.
    if (isPosting || !first) return;
    if (!link?.publish) void post(first);
    else {
      for (const queued of queue) {
        if (queued.link === link) continue;
        queued.link = link;
        link.publish(queued.publication, (error, result) => onAnswer(queued, error, result));
      }
    }
  };
  const post = async (queued: Queued): Promise<void> => {
    isPosting = true;
    const { publication } = queued;
    let error: TetracastError | undefined;
    let result: PublishResult | undefined;
    const posted = http
      .request(
        '/polling',
        {},
        {
          method: 'POST',
          // A blob brings its content type.
          body: new Blob([JSON.stringify({ ...publication, client: http.clientKey })], { type: 'application/json' }),
        },
      )
      .then(async (response): Promise<PublishResult> => {
        const { id } = (await response.json()) as PublishResult;
        // 201: stored now.
        return response.status === 201 ? { id } : { id, duplicate: true };
      });
    link?.hush?.(publication, posted);
    try {
      result = await posted;
    } catch (cause) {
      error = toError(cause);
    }
    isPosting = false;
    onAnswer(queued, error, result);
    if (!error?.isTemporary) flush();
  };
  const onAnswer = (queued: Queued, error: TetracastError | undefined, result?: PublishResult): void => {
    if (!error?.isTemporary || queue.length === 0) {
      attempt = 0;
      queued.settle(error, result);
      return;
    }
    queued.link = undefined;
    cancelRetry?.();
    cancelRetry = later(backOffMs(attempt++, error), flush);
  };
  return {
    setLink: (next) => {
      link = next;
      flush();
    },
    publish: (channel, data = null, { signal, idempotencyKey = createKey(), ...more } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (isClosed) throw new TetracastError('closed');
        if (queue.length >= maxQueued) throw new TetracastError('queue_full');
        const abort = (): void => queued.settle(signal?.reason as Error);
        const queued: Queued = {
          // As it is now. What is no JSON is refused now, and not each time it would be sent.
          publication: { channel, data: JSON.parse(JSON.stringify(data)) as unknown, ...more, idempotencyKey },
          settle: (error, result) => {
            const place = queue.indexOf(queued);
            if (place < 0) return;
            queue.splice(place, 1);
            cancelExpiry();
            signal?.removeEventListener('abort', abort);
            if (error) reject(error);
            else resolve(result as PublishResult);
          },
        };
        signal?.addEventListener('abort', abort);
        const cancelExpiry = later(publishTimeoutMs, () => queued.settle(new TetracastError('expired')));
        queue.push(queued);
        flush();
      }),
    close: () => {
      isClosed = true;
      cancelRetry?.();
      for (const { settle } of [...queue]) settle(new TetracastError('closed'));
    },
  };
}
