import type { Status, StatusListener } from '../connection/status';
import { createKey, type LockManagerLike } from '../environment';
import type { Publication, PublishResult } from '../links/link';
import { cursorAfter, type Message, type Start } from '../message';
import type { Channels, Receiver } from '../subscriptions/channels';
import type { SubscribeOptions } from '../subscriptions/subscription';
import { createHush } from './hush';
import {
  type ChannelReport,
  plainError,
  plainStatus,
  type Report,
  revive,
  reviveStatus,
  type TabRequest,
} from './tab-messages';

/** What the tab that leads uses of its client, which has the connection. */
export interface InnerClient {
  readonly status: Status;
  readonly onStatus: (listener: StatusListener) => () => void;
  subscribe(
    channel: string,
    options: SubscribeOptions & { readonly onMessage: (message: Message) => void },
  ): () => void;
  close(): void;
}

export interface TabsOptions {
  /** Tabs with this name share a connection. */
  readonly name: string;
  readonly locks: LockManagerLike;
  /** Has a client key that no tab publishes with. It is closed with the tab. */
  readonly inner: InnerClient;
  /** The client key of what this tab publishes. */
  readonly clientKey: string;
  readonly setStatus: (status: Status) => void;
}

/** The channels of one tab, on the connection of the tab that leads. */
export interface TabChannels extends Pick<Channels, 'cursor' | 'add' | 'remove'> {
  /** This tab does not get the message of this publication, if that has `echo: false`. */
  readonly hush: (publication: Publication, posted: Promise<PublishResult>) => void;
  readonly close: () => void;
}

interface Entry {
  readonly channel: string;
  readonly receiver: Receiver;
  /** From where it goes on under the next leader. */
  start: Start;
  hasBegun: boolean;
}

/**
 * Joins the tabs of a name: the tab that holds a lock has the connection, and passes on what arrives. When that tab ends, another one
 * takes over, and every tab goes on from its own cursor: nothing is missed.
 */
export function createTabChannels({ name, locks, inner, clientKey, setStatus }: TabsOptions): TabChannels {
  const tab = createKey();
  const radio = new BroadcastChannel(name);
  const ending = new AbortController();
  const { signal } = ending;
  const entries = new Map<number, Entry>();
  const hush = createHush(clientKey);
  let ids = 0;
  let leader: string | undefined;
  let release = (): void => undefined;

  /** A request for a lock ends with an error when the tab is closed before it gets the lock. */
  const request = (lock: string, hold: () => Promise<void>): void => {
    locks.request(lock, { signal }, hold).catch(() => undefined);
  };

  // As the tab that leads.
  const served = new Map<string, () => void>();
  const watched = new Set<string>();
  const report = (message: Report): void => {
    radio.postMessage(message);
    onReport(message);
  };
  const serve = (asked: TabRequest): void => {
    const key = `${asked.tab} ${asked.id}`;
    served.get(key)?.();
    served.delete(key);
    if (asked.type === 'unsubscribe') return;
    watch(asked.tab);
    const to = { leader: tab, tab: asked.tab, id: asked.id };
    const off = inner.subscribe(asked.channel, {
      ...asked.start,
      onBegin: (cursor) => report({ ...to, type: 'begin', cursor }),
      onMessage: (message) => report({ ...to, type: 'message', message }),
      onEnd: (message) => report({ ...to, type: 'message', message }),
      onReset: (reset) => report({ ...to, type: 'reset', reset }),
      onError: (error) => {
        if (!error.isTemporary) report({ ...to, type: 'fail', error: plainError(error) });
      },
    });
    served.set(key, off);
  };
  const watch = (other: string): void => {
    if (other === tab || watched.has(other)) return;
    watched.add(other);
    request(`${name} ${other}`, () => {
      watched.delete(other);
      for (const [key, off] of served) {
        if (!key.startsWith(`${other} `)) continue;
        off();
        served.delete(key);
      }
      return Promise.resolve();
    });
  };
  const tellStatus = (status: Status): void => {
    // That this tab closes its connection is no news for the others: the next tab has one.
    if (!signal.aborted) report({ type: 'status', leader: tab, ...plainStatus(status) });
  };
  const lead = (): Promise<void> => {
    report({ type: 'lead', leader: tab });
    inner.onStatus(tellStatus);
    return new Promise((resolve) => {
      release = resolve;
    });
  };

  // As any tab.
  const ask = (asked: TabRequest): void => {
    if (leader === tab) serve(asked);
    else if (leader !== undefined) radio.postMessage(asked);
  };
  const subscribeAt = (id: number, { channel, start }: Entry): void =>
    ask({ type: 'subscribe', tab, id, channel, start });
  const onReport = (message: Report): void => {
    if (message.type === 'lead') {
      if (leader === message.leader) return;
      ({ leader } = message);
      for (const [id, entry] of entries) subscribeAt(id, entry);
    } else if (message.leader !== leader) {
      // What an earlier leader still says comes again from this one.
    } else if (message.type === 'status') setStatus(reviveStatus(message.status, message.error));
    else if (message.tab === tab) {
      hush.pass(message.type === 'message' ? message.message : undefined, (isHushed) => take(message, isHushed));
    }
  };
  const take = (message: ChannelReport, isHushed: boolean): void => {
    const entry = entries.get(message.id);
    if (entry === undefined) return;
    const { receiver } = entry;
    switch (message.type) {
      case 'begin':
        entry.start = { after: message.cursor };
        channels.cursor = message.cursor;
        if (!entry.hasBegun) void receiver.onJoined(false);
        entry.hasBegun = true;
        return;
      case 'message':
        entry.start = { after: cursorAfter(message.message) };
        if (!isHushed) receiver.push(message.message);
        return;
      case 'reset':
        entry.start = { after: message.reset.cursor };
        receiver.onReset(message.reset);
        return;
      case 'fail':
        entries.delete(message.id);
        receiver.fail(revive(message.error));
    }
  };
  const onRadio = ({ data }: MessageEvent<TabRequest | Report | { readonly type: 'ask' }>): void => {
    if (data.type === 'ask') {
      if (leader !== tab) return;
      radio.postMessage({ type: 'lead', leader: tab });
      tellStatus(inner.status);
    } else if ('leader' in data) onReport(data);
    else if (leader === tab) serve(data);
  };
  /** As long as the tab lives it holds its own lock. Before that it asks for nothing: the tab that leads would take it for ended. */
  const live = (): Promise<void> => {
    radio.onmessage = onRadio;
    request(name, lead);
    radio.postMessage({ type: 'ask' });
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  request(`${name} ${tab}`, live);

  const channels: TabChannels = {
    cursor: undefined,
    add: (channel, receiver) => {
      const entry = { channel, receiver, start: receiver.start, hasBegun: false };
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
    hush: ({ channel, echo }, posted) => {
      if (echo === false && [...entries.values()].some((entry) => entry.channel === channel)) hush.add(posted);
    },
    close: () => {
      if (signal.aborted) return;
      ending.abort();
      release();
      for (const { receiver } of [...entries.values()]) receiver.fail();
      inner.close();
      radio.close();
    },
  };
  return channels;
}
