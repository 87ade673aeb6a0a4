import type { Client } from '@tetracast/client';
import { type Answer, answerIn, openAnswer, type OpenAnswerOptions } from './answer';

export type FetchFunction = typeof globalThis.fetch;

export interface ChannelFetchOptions extends Pick<OpenAnswerOptions, 'report'> {
  readonly client: Client;
  /** Sends the requests. Default: the global one. */
  readonly fetch?: FetchFunction | undefined;
  /** Gets where the answer is, before its first byte. */
  readonly onAnswer?: ((answer: Answer) => void) | undefined;
  /** The answer was read to its end, has failed, or was stopped. */
  readonly onDone?: ((answer: Answer) => void) | undefined;
}

/**
 * A `fetch` for clients of streamed answers. If the response names a channel (`Tetracast-Channel`, with a `Tetracast-Ticket` if need be),
 * as that of the relay does, its body comes from this channel: it goes on when the connection is lost. The `signal` of the request
 * stops the answer for all its readers, also if it comes before the response. Any other response is left as it is.
 */
export function channelFetch({
  client,
  fetch = globalThis.fetch,
  onAnswer,
  onDone,
  report,
}: ChannelFetchOptions): FetchFunction {
  return async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    signal?.throwIfAborted();
    const sending = new AbortController();
    const send = async (): Promise<Response> => {
      const response = await fetch(input, { ...init, signal: sending.signal });
      const answer = answerIn(response.headers);
      if (answer === undefined) {
        whenAborted(signal, (reason) => sending.abort(reason));
        return response;
      }
      // The server goes on without this connection.
      response.body?.cancel().catch(() => undefined);
      onAnswer?.(answer);
      const body = openAnswer(client, answer, { signal, report, onDone: () => onDone?.(answer) });
      return new Response(body, { status: response.status, headers: response.headers });
    };
    return new Promise((resolve, reject) => {
      whenAborted(signal, reject);
      send().then(resolve, reject);
    });
  };
}

/** Calls `listener` with the reason of the signal, now or later. */
function whenAborted(signal: AbortSignal | null | undefined, listener: (reason: unknown) => void): void {
  if (signal?.aborted) listener(signal.reason);
  signal?.addEventListener('abort', () => listener(signal.reason));
}
