import { publishJson, readRefusal } from '../http-publish';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import { type PollAnswer, startPolling } from './polling-client';
import { startQuery } from '../query';
import type { TransportDriver } from '../transport-driver';

/** `GET` and `POST /polling` with `fetch`. */
export const pollingFetch: TransportDriver = {
  name: 'polling with fetch',
  form: 'polling',
  path: '/polling',
  flags: {
    publishesJson: true,
    showsStartCursor: true,
    keepsStartCursor: true,
    showsRefusal: true,
    publishesOverHttp: true,
    polls: true,
  },
  open: async (baseUrl, options) => {
    const proxy = await startTcpProxy(baseUrl);
    const url = `${proxy.url}/polling`;
    const client = options.client === undefined ? {} : { client: options.client };
    return startPolling(
      pollingFetch.name,
      proxy,
      {
        poll: async (start, waitSeconds, signal) => {
          const query = startQuery(start);
          query.set('wait', String(waitSeconds));
          const response = await fetch(`${url}?${query.toString()}`, { signal });
          if (!response.ok) throw await readRefusal(response);
          return (await response.json()) as PollAnswer;
        },
        publish: (publication) => publishJson(url, { ...publication, ...client }),
        close: () => Promise.resolve(),
      },
      options,
    );
  },
};
