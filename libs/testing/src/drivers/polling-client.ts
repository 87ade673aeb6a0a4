import type { Message, Reset } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import { Inbox } from './inbox';
import type { Line } from './line';
import type { OpenOptions, PublishOptions, TransportClient } from './transport-driver';
import { TransportError } from './transport-error';

export interface PollAnswer {
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

/** What a polling driver brings: one request of each kind with its library. */
export interface PollRequests {
  /** Rejects with a {@link TransportError} when refused, with anything else when the line broke. */
  poll(start: OpenOptions, waitSeconds: number, signal: AbortSignal): Promise<PollAnswer>;
  publish(publication: PublishOptions): Promise<{ readonly id: string }>;
  close(): Promise<void>;
}

const WAIT_S = 25;
const RETRY_MS = 20;

/** A long-poll loop as a page would write it: a first short poll for the start, then from cursor to cursor. */
export async function startPolling(
  name: string,
  line: Line,
  requests: PollRequests,
  options: OpenOptions,
): Promise<TransportClient> {
  const inbox = new Inbox<Message>(name);
  const resets = new Inbox<Reset>(`${name} resets`);
  const over = new AbortController();
  let cursor: string | undefined;

  const take = (answer: PollAnswer): void => {
    cursor = answer.cursor;
    if (answer.reset !== undefined) resets.push(answer.reset);
    for (const message of answer.messages) inbox.push(message);
  };
  const close = async (): Promise<void> => {
    over.abort();
    await requests.close();
    await line.close();
  };
  try {
    take(await requests.poll(options, 0, over.signal));
  } catch (error) {
    await close();
    throw error;
  }

  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        take(await requests.poll(from(options, cursor), WAIT_S, over.signal));
      } catch (error) {
        if (error instanceof TransportError) {
          inbox.fail(error);
          return;
        }
        await delay(RETRY_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    }
  };
  void loop();

  return {
    received: inbox.items,
    resets: resets.items,
    get cursor() {
      return cursor;
    },
    next: (count) => inbox.next(count),
    nextReset: () => resets.one(),
    publish: (publication) => requests.publish(publication),
    cut: (meanwhile) => line.cut(meanwhile),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function from({ channels, client }: OpenOptions, cursor: string | undefined): OpenOptions {
  return {
    channels,
    ...(client === undefined ? {} : { client }),
    ...(cursor === undefined ? {} : { after: cursor }),
  };
}
