import type { Client } from '@tetracast/client';
import { produce, type Producer } from '@tetracast/client/stream';
import { Inbox, uniqueChannel } from '@tetracast/testing';
import type { FetchFunction } from '../src/index';

/** A request that a back end has got, and the stream that answers it. */
export interface Asked {
  readonly body: unknown;
  readonly channel: string;
  readonly out: Producer;
}

export interface BackEnd {
  readonly fetch: FetchFunction;
  readonly asked: Inbox<Asked>;
}

/** Answers each request with a new channel, and leaves it to the test what the channel gets. */
export function createBackEnd(client: Client, headers: Readonly<Record<string, string>> = {}): BackEnd {
  const asked = new Inbox<Asked>('requests');
  return {
    asked,
    fetch: async (_url, init) => {
      const channel = uniqueChannel();
      asked.push({ body: JSON.parse(init?.body as string), channel, out: produce(client, channel) });
      return new Response(null, { headers: { 'tetracast-channel': channel, ...headers } });
    },
  };
}

/** As an event of a stream. */
export function sse(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
