import type { Message, Reset } from '@tetracast/message-model';
import { createService, parseSettings, type ServiceOptions, type Tetracast } from '@tetracast/service-kit';
import { pollingPlugin } from '../src/polling.plugin';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly tetracast: Tetracast;
  close(): Promise<void>;
}

/** The service on a free port, over a separate memory bus unless there is another. */
export async function startService(
  settings: Readonly<Record<string, string>> = {},
  options: Pick<ServiceOptions, 'bus' | 'fixed'> = {},
): Promise<TestService> {
  const app = await createService(parseSettings({ DRAIN_TIMEOUT: '1s', ...settings }), [pollingPlugin], {
    ...options,
    logger: false,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = (): Promise<void> => app.close();
  return { url, tetracast: app.tetracast, close, [Symbol.asyncDispose]: close };
}

export interface PollAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

export async function poll({ url }: TestService, query: string, init: RequestInit = {}): Promise<PollAnswer> {
  const response = await fetch(`${url}/polling?${query}`, init);
  const text = await response.text();
  const body = text === '' ? {} : (JSON.parse(text) as object);
  return { messages: [], cursor: '', ...body, status: response.status, headers: response.headers, text };
}

export function dataIn({ messages }: PollAnswer): unknown[] {
  return messages.map(({ data }) => data);
}

/** Stores these, in one turn of the event loop; resolves to their ids. */
export async function publish(
  { tetracast }: TestService,
  channel: string,
  data: readonly unknown[],
): Promise<string[]> {
  const stored = await Promise.all(
    data.map((item) => tetracast.hub.publish({ channel, event: 'message', data: JSON.stringify(item), echo: true })),
  );
  return stored.map(({ id }) => id);
}

export function connectionsOf({ tetracast }: TestService): number {
  return tetracast.hub.stats.connections;
}

export { until } from '@tetracast/testing';
