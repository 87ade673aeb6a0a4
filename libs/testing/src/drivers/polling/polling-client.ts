import type { Message, Reset } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import { clientBehindProxy, createInboxes, onceReady } from '../client-behind-proxy';
import type { TcpProxy } from '../../servers/proxies/tcp-proxy';
import type { OpenOptions, PublishOptions, TransportClient } from '../transport-driver';
import { TransportError } from '../transport-error';

export interface PollAnswer {
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

/** What a polling driver provides: one request of each kind with its library. */
export interface PollRequests {
  /** Rejects with a {@link TransportError} when refused, with anything else when the connection broke. */
  poll(start: OpenOptions, waitSeconds: number, signal: AbortSignal): Promise<PollAnswer>;
  publish(publication: PublishOptions): Promise<{ readonly id: string }>;
  close(): Promise<void>;
}

const WAIT_S = 25;
const RETRY_MS = 20;

/** A long-poll loop as a page would write it: a first short poll for the start, then from cursor to cursor. */
export async function startPolling(
  name: string,
  proxy: TcpProxy,
  requests: PollRequests,
  options: OpenOptions,
): Promise<TransportClient> {
  const { messages, resets } = createInboxes(name);
  const over = new AbortController();
  let cursor: string | undefined;

  const take = (answer: PollAnswer): void => {
    cursor = answer.cursor;
    if (answer.reset !== undefined) resets.push(answer.reset);
    for (const message of answer.messages) messages.push(message);
  };
  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        take(await requests.poll(from(options, cursor), WAIT_S, over.signal));
      } catch (error) {
        if (error instanceof TransportError) {
          messages.fail(error);
          return;
        }
        await delay(RETRY_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    }
  };

  const client = clientBehindProxy({
    proxy,
    messages,
    resets,
    cursor: () => cursor,
    publish: (publication) => requests.publish(publication),
    end: async () => {
      over.abort();
      await requests.close();
    },
  });
  return onceReady(client, async () => {
    take(await requests.poll(options, 0, over.signal));
    void loop();
  });
}

function from({ channels, client, presence }: OpenOptions, cursor: string | undefined): OpenOptions {
  return {
    channels,
    ...(client === undefined ? {} : { client }),
    ...(presence === undefined ? {} : { presence }),
    ...(cursor === undefined ? {} : { after: cursor }),
  };
}
