import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import { clientBehindProxy, createInboxes, onceReady } from '../client-behind-proxy';
import { publishJson } from '../http-publish';
import { startQuery } from '../query';
import type { TransportDriver } from '../transport-driver';
import { followNdjson } from './ndjson-follow';

/** The lines of the example transport read with `fetch`; reconnects with `after`. */
export const ndjsonFetch: TransportDriver = {
  name: 'ndjson with fetch',
  form: 'ndjson',
  path: '/ndjson',
  flags: {
    publishesJson: true,
    showsStartCursor: true,
    keepsStartCursor: true,
    showsRefusal: true,
    publishesOverHttp: true,
  },
  open: async (baseUrl, options) => {
    const proxy = await startTcpProxy(baseUrl);
    const url = `${proxy.url}${ndjsonFetch.path}`;
    const { messages, resets } = createInboxes(ndjsonFetch.name);
    const over = new AbortController();
    let following: { readonly cursor: string | undefined } | undefined;
    const client = clientBehindProxy({
      proxy,
      messages,
      resets,
      cursor: () => following?.cursor,
      publish: (publication) => publishJson(url, { ...publication, client: options.client }),
      end: () => over.abort(),
    });
    return onceReady(client, async () => {
      following = await followNdjson(url, {
        signal: over.signal,
        query: (after) => startQuery(after === undefined ? options : { ...options, after }),
        onMessage: (message) => messages.push(message),
        onReset: (reset) => resets.push(reset),
        onRefused: (error) => messages.fail(error),
      });
    });
  },
};
