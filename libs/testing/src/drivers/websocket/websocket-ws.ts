import { clientBehindProxy, onceReady } from '../client-behind-proxy';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import type { TransportDriver } from '../transport-driver';
import { type SubscribeBy, WebSocketClient } from './websocket-client';

/** The `ws` package, its channels in the URL. */
export const websocketByUrl = createDriver('WebSocket by URL', 'url');

/** The `ws` package, its channels in a `subscribe` frame. */
export const websocketByFrame = createDriver('WebSocket by frame', 'frame');

function createDriver(name: string, subscribeBy: SubscribeBy): TransportDriver {
  return {
    name,
    form: 'websocket',
    path: '/ws',
    flags: { publishesJson: true, showsStartCursor: true, keepsStartCursor: true, showsRefusal: true },
    open: async (baseUrl, options) => {
      const page = new WebSocketClient(name, await startTcpProxy(baseUrl), options, subscribeBy);
      const client = clientBehindProxy({
        proxy: page.proxy,
        ...page.inboxes,
        cursor: () => page.cursor,
        publish: (publication) => page.publish(publication),
        end: () => page.end(),
      });
      return onceReady(client, () => page.connect());
    },
  };
}
