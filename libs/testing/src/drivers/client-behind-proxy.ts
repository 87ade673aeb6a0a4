import type { Message, Reset } from '@tetracast/message-model';
import { Inbox } from './inbox';
import type { TcpProxy } from '../servers/proxies/tcp-proxy';
import type { TransportClient } from './transport-driver';

/** What a driver provides to {@link clientBehindProxy}. */
export interface ClientParts {
  readonly proxy: TcpProxy;
  readonly messages: Inbox<Message>;
  readonly resets: Inbox<Reset>;
  /** From where it would resume now. */
  readonly cursor: () => string | undefined;
  readonly publish: TransportClient['publish'];
  /** Ends what the library keeps open; the proxy is closed after it. */
  readonly end: () => void | Promise<void>;
}

/** The two inboxes of a client called `name`. */
export function createInboxes(name: string): Pick<ClientParts, 'messages' | 'resets'> {
  return { messages: new Inbox(name), resets: new Inbox(`${name} resets`) };
}

/** A client whose messages and resets come through a proxy that can be cut. */
export function clientBehindProxy({ proxy, messages, resets, cursor, publish, end }: ClientParts): TransportClient {
  const close = async (): Promise<void> => {
    await end();
    await proxy.close();
  };
  return {
    received: messages.items,
    resets: resets.items,
    get cursor() {
      return cursor();
    },
    next: (count) => messages.next(count),
    nextReset: () => resets.one(),
    publish,
    cut: (meanwhile) => proxy.cut(meanwhile),
    stall: (meanwhile) => proxy.stall(meanwhile),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The client once `ready` is; closed again when it rejects. */
export async function onceReady(client: TransportClient, ready: () => Promise<unknown>): Promise<TransportClient> {
  try {
    await ready();
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}
