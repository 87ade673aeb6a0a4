import { temporary, toError } from '../errors';
import { createStreamParser, readText, type StreamBlock } from '../event-stream';
import type { Message, Reset } from '../message';
import type { OpenLink } from './link';

const RESET_EVENT = 'tetracast:reset';

/** Server-Sent Events by `fetch`, which can send a token and shows heartbeats, unlike `EventSource`. */
export const openEventStreamLink: OpenLink = ({ http, tokens }, channels, start, events) => {
  const ending = new AbortController();
  const { signal } = ending;
  let isReady = false;
  let retryAfterMs: number | undefined;

  const renewToken = async (connection: string): Promise<void> => {
    await tokens.renew();
    await http.request(`/connections/${connection}/token`, {}, { method: 'POST' });
  };
  const take = ({ id, event, data, retry }: StreamBlock): void => {
    if (signal.aborted) return;
    if (retry !== undefined) retryAfterMs = Number(retry);
    if (id !== undefined && !isReady) {
      isReady = true;
      events.onReady();
    }
    const value = data === undefined ? undefined : (JSON.parse(data) as Message & Reset & { connection: string });
    if (id !== undefined) {
      if (event === RESET_EVENT) events.onMove(id, undefined, value);
      else events.onMove(id, value);
    } else if (value && event === 'tetracast:token_expiring') {
      // If that fails, the server ends the stream, and the next one has a new token or the reason.
      renewToken(value.connection).catch(() => undefined);
    }
  };
  const run = async (): Promise<void> => {
    const response = await http.request('/sse', { channel: channels.join(), ...start }, undefined, signal);
    const parse = createStreamParser(take);
    await readText(response, (text) => {
      events.onActivity();
      parse(text);
    });
    // The server's way to say that it cannot serve the stream now is an empty one.
    throw temporary(isReady || retryAfterMs === undefined ? 'network' : 'unavailable', 'the event stream ended', {
      retryAfterMs,
    });
  };
  run().catch((error: unknown) => {
    if (signal.aborted) return;
    ending.abort();
    events.onEnd(toError(error));
  });
  return { close: () => ending.abort() };
};
