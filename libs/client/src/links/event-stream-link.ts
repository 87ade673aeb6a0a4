import { TetracastError } from '../errors';
import { readStream } from './event-stream';
import type { Message, Reset } from '../message';
import { createRequestLink, type OpenLink } from './link';

/** Server-Sent Events by `fetch`, which can send a token and shows heartbeats, unlike `EventSource`. */
export const openEventStreamLink: OpenLink = ({ request, tokens, presence }, channels, start, events) => {
  let isReady = false;
  let retryAfterMs: number | undefined;

  const renewToken = async (connection: string): Promise<void> => {
    await tokens.renew();
    await request(`/connections/${connection}/token`, {}, { method: 'POST' });
  };
  return createRequestLink(async (signal) => {
    const response = await request('/sse', { channel: channels.join(), presence, ...start }, undefined, signal);
    await readStream(response, events.onActivity, ({ id, event, data, retry }) => {
      if (retry) retryAfterMs = Number(retry);
      const value = (data && JSON.parse(data)) as (Message & Reset & { connection: string }) | undefined;
      if (id !== undefined) {
        isReady = true;
        events.onReady();
        events.onMove(id, value);
      } else if (value && event === 'tetracast:token_expiring') {
        // If that fails, the server ends the stream, and the next one has a new token or the reason.
        renewToken(value.connection).catch(() => undefined);
      }
    });
    // The server's way to say that it cannot serve the stream now is an empty one.
    throw new TetracastError(retryAfterMs && !isReady ? 'unavailable' : 'network', undefined, retryAfterMs);
  }, events);
};
