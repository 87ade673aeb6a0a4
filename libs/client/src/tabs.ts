import { type Client, type ClientOptions, createClient, createContext } from './client';
import { createStatusBoard } from './connection/status-board';
import { type LockManagerLike, page } from './environment';
import { createPublisher } from './publisher';
import { createSubscription } from './subscriptions/subscription';
import { createTabChannels } from './tabs/tab-channels';

export type { LockManagerLike } from './environment';

export interface SharedClientOptions extends ClientOptions {
  /** Tabs with this name share a connection. Default `tetracast`. */
  readonly name?: string | undefined;
  /** Default: `navigator.locks`, which a page has in secure contexts only. */
  readonly locks?: LockManagerLike | undefined;
}

/**
 * A client whose tabs share one connection: the tab that holds a lock has it, and passes on what arrives. When that tab ends, another
 * one takes over, and every tab goes on from its own cursor: nothing is missed. Each tab publishes by itself.
 *
 * @throws TypeError there are no Web Locks
 */
export function createSharedClient({
  name = 'tetracast',
  locks = page.navigator.locks,
  ...options
}: SharedClientOptions = {}): Client {
  if (!locks)
    throw new TypeError('tabs share a connection by Web Locks, which pages have on https: and localhost only');
  const context = createContext(options);
  const { clientKey, presence, request } = context;
  const board = createStatusBoard();
  const publisher = createPublisher(context, options);
  // A message with `echo: false` would reach no other tab over a connection with the client key of its publisher.
  const innerKey = presence === undefined ? undefined : clientKey;
  const inner = createClient({ ...options, clientKey: innerKey, onStatus: undefined, signal: undefined });
  const channels = createTabChannels({ name, locks, inner, clientKey, setStatus: board.set });
  publisher.setLink(channels);
  const close = (): void => {
    if (board.status.state === 'closed' && !board.status.reason) return;
    channels.close();
    publisher.close();
    board.set({ state: 'closed' });
  };
  if (options.onStatus !== undefined) board.onStatus(options.onStatus);
  options.signal?.addEventListener('abort', close);

  return {
    ...inner,
    options: { ...options, clientKey },
    get status() {
      return board.status;
    },
    onStatus: board.onStatus,
    statuses: board.statuses,
    subscribe: ((channel: string, asked?: Record<string, unknown>) => {
      const { onMessage, ...wanted } = asked ?? {};
      const subscription = createSubscription(context, channels, channel, wanted, onMessage as undefined);
      return onMessage ? subscription.close : subscription;
    }) as Client['subscribe'],
    publish: publisher.publish,
    request,
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
