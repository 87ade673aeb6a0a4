import type { Message, Reset } from '@tetracast/message-model';
import type { ServiceOptions } from '@tetracast/service-kit';
import { startService as startWith, type TestService } from '@tetracast/service-kit/testing';
import { pollingPlugin } from '../src/polling.plugin';

/** The service on a free port, with a memory bus of its own unless the options hold one. */
export const startService = (
  env: Readonly<Record<string, string>> = {},
  options?: ServiceOptions,
): Promise<TestService> => startWith([pollingPlugin], env, options);

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
