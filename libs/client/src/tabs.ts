import type { Channels, Receiver } from './subscriptions/channels';
import { type Client, type ClientOptions, createClient, createContext } from './client';
import { createKey } from './environment';
import { TetracastError } from './errors';
import { cursorAfter, type Message, type Reset, type Start } from './message';
import type { Status } from './connection/status';
import { createStatusBoard } from './connection/status-board';
import { createSubscription } from './subscriptions/subscription';

/** What this entry uses of the Web Locks API. */
export interface LockManagerLike {
  request(name: string, options: { readonly signal?: AbortSignal }, hold: () => Promise<void>): Promise<unknown>;
}

export interface SharedClientOptions extends ClientOptions {
  /** Tabs with this name share a connection. Default `tetracast`. */
  readonly name?: string | undefined;
  /** Default: `navigator.locks`, which a page has in secure contexts only. */
  readonly locks?: LockManagerLike | undefined;
}

interface Refusal {
  readonly code: TetracastError['code'];
  readonly message: string;
}

/** From a tab to the one that leads. */
type Request =
  | {
      readonly type: 'subscribe';
      readonly tab: string;
      readonly id: number;
      readonly channel: string;
      readonly start: Start;
    }
  | { readonly type: 'unsubscribe'; readonly tab: string; readonly id: number };

/** From the tab that leads: to all, or about one subscription of one tab. */
type Report =
  | { readonly type: 'lead'; readonly leader: string }
  | { readonly type: 'status'; readonly leader: string; readonly status: PlainStatus }
  | ({ readonly leader: string; readonly tab: string; readonly id: number } & (
      | { readonly type: 'begin'; readonly cursor: string }
      | { readonly type: 'message'; readonly message: Message }
      | { readonly type: 'reset'; readonly reset: Reset }
      | { readonly type: 'fail'; readonly refusal: Refusal }
    ));

/** A status that can be sent: errors lose their class on the way. */
type PlainStatus = { readonly state: Status['state'] } & Readonly<Record<string, unknown>>;

interface Entry {
  readonly channel: string;
  readonly receiver: Receiver;
  /** From where it goes on under the next leader. */
  start: Start;
}

/**
 * A client whose tabs share one connection: the tab that holds a lock has it, and passes on what arrives. When that tab ends, another
 * one takes over, and every tab goes on from its own cursor: nothing is missed. Each tab publishes by itself.
 */
export function createSharedClient({ name = 'tetracast', locks, ...options }: SharedClientOptions = {}): Client {
  const context = createContext(options);
  const inner = createClient({ ...options, onStatus: undefined, signal: undefined });
  const tab = createKey();
  const radio = new BroadcastChannel(name);
  const manager = locks ?? (navigator as unknown as { locks: LockManagerLike }).locks;
  const ending = new AbortController();
  const entries = new Map<number, Entry>();
  const board = createStatusBoard();
  let ids = 0;
  let leader: string | undefined;
  let release = (): void => undefined;

  // As the tab that leads.
  const served = new Map<string, () => void>();
  const watched = new Set<string>();
  const report = (message: Report): void => {
    radio.postMessage(message);
    onReport(message);
  };
  const serve = (request: Request): void => {
    const key = `${request.tab} ${request.id}`;
    served.get(key)?.();
    served.delete(key);
    if (request.type === 'unsubscribe') return;
    watch(request.tab);
    const to = { leader: tab, tab: request.tab, id: request.id };
    const off = inner.subscribe(request.channel, {
      ...request.start,
      onBegin: (cursor) => report({ ...to, type: 'begin', cursor }),
      onMessage: (message) => report({ ...to, type: 'message', message }),
      onEnd: (message) => report({ ...to, type: 'message', message }),
      onReset: (reset) => report({ ...to, type: 'reset', reset }),
      onError: ({ code, message, isTemporary }) => {
        if (!isTemporary) report({ ...to, type: 'fail', refusal: { code, message } });
      },
    });
    served.set(key, off);
  };
  const watch = (other: string): void => {
    if (other === tab || watched.has(other)) return;
    watched.add(other);
    const forget = (): Promise<void> => {
      watched.delete(other);
      for (const [key, off] of served) {
        if (!key.startsWith(`${other} `)) continue;
        off();
        served.delete(key);
      }
      return Promise.resolve();
    };
    ignoreAbort(manager.request(`${name} ${other}`, { signal: ending.signal }, forget));
  };
  const lead = (): Promise<void> => {
    inner.onStatus((next) => report({ type: 'status', leader: tab, status: plain(next) }));
    report({ type: 'lead', leader: tab });
    return new Promise((resolve) => {
      release = resolve;
    });
  };

  // As any tab.
  const ask = (request: Request): void => {
    if (leader === tab) serve(request);
    else if (leader !== undefined) radio.postMessage(request);
  };
  const subscribeAt = (id: number, { channel, start }: Entry): void =>
    ask({ type: 'subscribe', tab, id, channel, start });
  const onReport = (message: Report): void => {
    if (message.type === 'lead') {
      if (leader === message.leader) return;
      ({ leader } = message);
      for (const [id, entry] of entries) subscribeAt(id, entry);
      return;
    }
    // What an earlier leader still says comes again from this one.
    if (message.leader !== leader) return;
    if (message.type === 'status') {
      board.set(message.status as unknown as Status);
      return;
    }
    const entry = message.tab === tab ? entries.get(message.id) : undefined;
    if (entry === undefined) return;
    const { receiver } = entry;
    switch (message.type) {
      case 'begin':
        entry.start = { after: message.cursor };
        channels.cursor = message.cursor;
        void receiver.onJoined(false);
        return;
      case 'message':
        entry.start = { after: cursorAfter(message.message) };
        receiver.push(message.message);
        return;
      case 'reset':
        entry.start = { after: message.reset.cursor };
        receiver.onReset(message.reset);
        return;
      case 'fail':
        entries.delete(message.id);
        receiver.fail(new TetracastError(message.refusal.code, message.refusal.message));
    }
  };
  const onRadio = ({ data }: MessageEvent<Request | Report | { readonly type: 'ask' }>): void => {
    if (data.type === 'ask') {
      if (leader === tab) radio.postMessage({ type: 'lead', leader: tab });
    } else if ('leader' in data) onReport(data);
    else if (leader === tab) serve(data);
  };
  const channels: Pick<Channels, 'cursor' | 'add' | 'remove'> = {
    cursor: undefined,
    add: (channel, receiver) => {
      const entry = { channel, receiver, start: receiver.start };
      entries.set(++ids, entry);
      subscribeAt(ids, entry);
    },
    remove: (_channel, receiver) => {
      for (const [id, entry] of entries) {
        if (entry.receiver !== receiver) continue;
        entries.delete(id);
        ask({ type: 'unsubscribe', tab, id });
      }
    },
  };
  const close = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    release();
    for (const { receiver } of [...entries.values()]) receiver.fail();
    inner.close();
    radio.close();
    board.set({ state: 'closed' });
  };
  const { signal } = ending;
  /** As long as the tab lives it holds its own lock. Before that it asks for nothing: the tab that leads would take it for ended. */
  const live = (): Promise<void> => {
    radio.onmessage = onRadio;
    ignoreAbort(manager.request(name, { signal }, lead));
    radio.postMessage({ type: 'ask' });
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  ignoreAbort(manager.request(`${name} ${tab}`, { signal }, live));
  if (options.onStatus !== undefined) board.onStatus(options.onStatus);
  options.signal?.addEventListener('abort', close);

  return {
    ...inner,
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
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

/** Whether an error of a status reaches another tab does not matter, its code does. */
function plain(status: Status): PlainStatus {
  return JSON.parse(
    JSON.stringify(status, (_key, value: unknown) =>
      value instanceof TetracastError ? { code: value.code, message: value.message } : value,
    ),
  ) as PlainStatus;
}

/** A request for a lock ends with an error when the client is closed before it gets the lock. */
function ignoreAbort(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
