import type { Message } from '@tetracast/message-model';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import { clientBehindProxy, createInboxes, onceReady } from '../client-behind-proxy';
import { startQuery } from '../query';
import type { TransportDriver } from '../transport-driver';
import { TransportError } from '../transport-error';
import { openPlainWire, type PlainWire } from './websocket-wire';

/** The `ws` package as in any tutorial: `send`, `message`, `close`. What a message is besides its data it never learns. */
export const plainWebSocket: TransportDriver = {
  name: 'plain WebSocket',
  form: 'plain websocket',
  path: '/ws',
  flags: {
    publishesJson: false,
    showsStartCursor: false,
    keepsStartCursor: false,
    showsRefusal: false,
    dataOnly: true,
  },
  open: async (baseUrl, options) => {
    const proxy = await startTcpProxy(baseUrl);
    const { messages, resets } = createInboxes(plainWebSocket.name);
    const [channel = ''] = options.channels;
    let wire: PlainWire | undefined;
    const client = clientBehindProxy({
      proxy,
      messages,
      resets,
      cursor: () => undefined,
      publish: async (publication) => {
        if (publication.channel !== channel || typeof publication.data !== 'string')
          throw new Error('a plain WebSocket publishes texts on its own channel');
        wire?.send(publication.data);
        return { id: '' };
      },
      end: () => wire?.close(),
    });
    const read = async (from: PlainWire): Promise<void> => {
      for (;;) messages.push(messageOf(channel, await from.next(Infinity)));
    };
    return onceReady(client, async () => {
      wire = await openPlainWire(`${proxy.url}/ws?${startQuery(options).toString()}&format=data`);
      const closed = await wire.settled();
      if (closed !== undefined) throw new TransportError('unknown', `closed: ${closed.code} ${closed.reason}`);
      void read(wire).catch((error: unknown) => messages.fail(error as Error));
    });
  },
};

/** Nothing but channel and data is known. */
const messageOf = (channel: string, data: string): Message => ({ id: '', channel, event: 'message', data, time: 0 });
