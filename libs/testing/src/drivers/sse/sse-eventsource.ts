import { cursorAfter, type Message, RESET_EVENT, type Reset } from '@tetracast/message-model';
import { EventSource } from 'eventsource';
import { clientBehindProxy, createInboxes, onceReady } from '../client-behind-proxy';
import { publishJson } from '../http-publish';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import { startQuery } from '../query';
import type { TransportDriver } from '../transport-driver';
import { TransportError } from '../transport-error';

/**
 * The `eventsource` package: what a browser has, with its own reconnect by `Last-Event-ID`. Unlike a browser it forgets an
 * id that came without data, so before the first message it has no cursor to resume from.
 */
export const sseEventSource: TransportDriver = {
  name: 'SSE with EventSource',
  form: 'sse',
  path: '/sse',
  flags: {
    publishesJson: true,
    showsStartCursor: false,
    keepsStartCursor: false,
    showsRefusal: false,
    publishesOverHttp: true,
  },
  open: async (baseUrl, options) => {
    const proxy = await startTcpProxy(baseUrl);
    const source = new EventSource(`${proxy.url}/sse?${startQuery(options).toString()}`);
    const { messages, resets } = createInboxes(sseEventSource.name);
    let cursor: string | undefined;

    for (const name of options.events ?? ['message']) {
      source.addEventListener(name, (event) => {
        const message = JSON.parse(event.data as string) as Message;
        if (event.lastEventId !== cursorAfter(message)) {
          messages.fail(new Error(`id ${event.lastEventId} is not the cursor of ${event.data}`));
        }
        if (message.event !== name) messages.fail(new Error(`event ${name} is not that of ${event.data}`));
        cursor = event.lastEventId;
        messages.push(message);
      });
    }
    source.addEventListener(RESET_EVENT, (event) => {
      cursor = event.lastEventId;
      resets.push(JSON.parse(event.data as string) as Reset);
    });
    const client = clientBehindProxy({
      proxy,
      messages,
      resets,
      cursor: () => cursor,
      publish: (publication) => publishJson(`${proxy.url}/sse`, { ...publication, client: options.client }),
      end: () => source.close(),
    });
    const opened = new Promise<void>((resolve, reject) => {
      source.addEventListener('open', () => resolve(), { once: true });
      source.addEventListener('error', ({ code, message }) => {
        if (source.readyState !== source.CLOSED) return; // it tries again by itself
        const refusal = new TransportError('unknown', message ?? 'closed', code);
        reject(refusal);
        messages.fail(refusal);
      });
    });
    return onceReady(client, () => opened);
  },
};
