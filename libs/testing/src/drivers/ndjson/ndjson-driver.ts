import type { StreamDriver } from '../stream-driver';
import { ndjsonFetch } from './ndjson-fetch';
import { followNdjson } from './ndjson-follow';

/** The example transport, `examples/transport`. */
export const ndjsonDriver: StreamDriver = {
  service: 'ndjson',
  path: ndjsonFetch.path,
  clients: [ndjsonFetch],
  follow: async ({ url, channels, trace, signal }) => {
    await followNdjson(url + ndjsonFetch.path, {
      signal,
      query: (after) => new URLSearchParams({ channel: channels.join(), ...(after === undefined ? {} : { after }) }),
      onMessage: (message) => trace.message(message),
      onReset: (reset) => trace.reset(reset),
      onRefused: (error) => trace.fail(error),
    });
  },
};
