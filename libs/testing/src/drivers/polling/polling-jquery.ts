import { refusalFrom } from '../http-publish';
import { type JQueryAjax, type JqXhr, openJQueryPage } from './jquery-page';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import { type PollAnswer, startPolling } from './polling-client';
import { startQuery } from '../query';
import type { TransportDriver } from '../transport-driver';

/** `$.ajax` in a page of the service's origin; publishes as a form, which is what `$.ajax` sends by default. */
export const pollingJQuery: TransportDriver = {
  name: 'polling with $.ajax',
  form: 'polling',
  path: '/polling',
  flags: {
    publishesJson: false,
    showsStartCursor: true,
    keepsStartCursor: true,
    showsRefusal: true,
    publishesOverHttp: true,
    polls: true,
  },
  open: async (baseUrl, options) => {
    const proxy = await startTcpProxy(baseUrl);
    const page = openJQueryPage(`${proxy.url}/`);
    const client = options.client === undefined ? {} : { client: options.client };
    return startPolling(
      pollingJQuery.name,
      proxy,
      {
        poll: async (start, waitSeconds, signal) => {
          const data = {
            ...Object.fromEntries(startQuery(start)),
            channel: start.channels.join(','),
            wait: waitSeconds,
          };
          return (await request(page.$, { url: '/polling', data }, signal)) as PollAnswer;
        },
        publish: async (publication) => {
          if (typeof publication.data !== 'string') throw new TypeError('a form field can only be a string');
          const data = { ...publication, ...client };
          return (await request(page.$, { method: 'POST', url: '/polling', data })) as { id: string };
        },
        close: () => {
          page.close();
          return Promise.resolve();
        },
      },
      options,
    );
  },
};

function request($: JQueryAjax, settings: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const xhr: JqXhr = $.ajax({ dataType: 'json', ...settings });
    const abort = (): void => xhr.abort();
    signal?.addEventListener('abort', abort);
    xhr.then(
      (body) => {
        signal?.removeEventListener('abort', abort);
        resolve(body);
      },
      () => {
        signal?.removeEventListener('abort', abort);
        const type = xhr.getResponseHeader('content-type') ?? '';
        reject(xhr.status === 0 ? new Error('the connection broke') : refusalFrom(xhr.status, type, xhr.responseText));
      },
    );
  });
}
