import { createConnection } from '../connection/connection';
import { createStatusBoard } from '../connection/status-board';
import { createKey, type LockManagerLike, page } from '../environment';
import { type TetracastError, toError } from '../errors';
import { createHttpClient } from '../http';
import { openEventStreamLink } from '../links/event-stream-link';
import type { Link, LinkContext, OpenLink } from '../links/link';
import { cursorAfter, type Message, type Reset } from '../message';
import { poll } from '../subscriptions/history';
import type { Receiver } from '../subscriptions/channels';
import { createSubscription } from '../subscriptions/subscription';
import { createTokens } from '../tokens';
import { createTabChannels, type InnerClient } from './tab-channels';

/**
 * One event stream for all tabs of an origin. Each tab loads by itself what it has missed, with its own token: what comes over the
 * stream of another tab is only what it may read. What that tab may not read this one asks for over an event stream that is not shared.
 */
export const openSharedLink: OpenLink = (context, channels, start, events) => {
  const { base, clientKey } = context;
  const { origin, pathname } = new URL(base, page.location?.origin);
  const name = `tetracast ${origin}${pathname}`;
  const pulse = new BroadcastChannel(`${name} pulse`);
  const missing = new Set(channels);
  /** The ids of what was loaded: the stream may still deliver it. */
  const seen = new Set<string>();
  /** What the stream delivers while this tab loads what it has missed. */
  let pending: (Message | Reset)[] | undefined = [];
  let own: Link | undefined;
  let cursor: string | undefined;
  let isClosed = false;

  const close = (): void => {
    isClosed = true;
    pulse.close();
    tabs.close();
    own?.close();
  };
  const end = (error: TetracastError): void => {
    if (isClosed) return;
    close();
    events.onEnd(error);
  };
  const move = (at: string, arrived?: Message | Reset): void => {
    cursor = at;
    events.onMove(at, arrived);
  };
  const deliver = (arrived: Message | Reset): void => {
    if (pending) pending.push(arrived);
    else if ('reason' in arrived) move(arrived.cursor, arrived);
    else if (!seen.has(arrived.id)) {
      // Messages come in order: none of those before this one comes any more.
      seen.clear();
      move(cursorAfter(arrived), arrived);
    }
  };
  const catchUp = async (): Promise<void> => {
    for (let from = start, isWhole = false; !isWhole;) {
      const answer = await poll(context, channels, from);
      if (isClosed) return;
      events.onReady();
      if (answer.reset) move(answer.reset.cursor, answer.reset);
      for (const message of answer.messages) {
        seen.add(message.id);
        move(cursorAfter(message), message);
      }
      move(answer.cursor);
      from = { after: answer.cursor };
      isWhole = answer.messages.length === 0;
    }
    const arrived = pending ?? [];
    pending = undefined;
    arrived.forEach(deliver);
  };
  const goAlone = (): void => {
    if (isClosed) return;
    close();
    own = openEventStreamLink(context, channels, cursor === undefined ? start : { after: cursor }, events);
  };
  const receiverOf = (channel: string): Receiver => ({
    start: {},
    onJoined: async () => {
      if (missing.delete(channel) && missing.size === 0) await catchUp().catch((error: unknown) => end(toError(error)));
    },
    push: deliver,
    onReset: (reset) => deliver({ ...reset, channels: [channel] }),
    skip: () => undefined,
    fail: (error) => {
      if (error) goAlone();
    },
  });
  const inner = createInner(context, () => {
    events.onActivity();
    pulse.postMessage(0);
  });
  const tabs = createTabChannels({
    name,
    // Without them the tab has a stream alone.
    locks: page.navigator.locks as LockManagerLike,
    inner,
    clientKey,
    setStatus: (status) => {
      if (status.state === 'waiting') end(status.cause);
    },
  });
  pulse.onmessage = () => events.onActivity();
  for (const channel of channels) tabs.add(channel, receiverOf(channel));
  return { close, hush: tabs.hush };
};

/** A client with one event stream, and with the tokens of `context`. `onActivity` is called for all bytes of the stream. */
function createInner({ base, fetch, tokens, timeoutMs }: LinkContext, onActivity: () => void): InnerClient {
  const http = createHttpClient({
    base,
    fetch,
    tokens: createTokens(() => tokens.renew(), timeoutMs),
    clientKey: createKey(),
    timeoutMs,
  });
  const context: LinkContext = { ...http, presence: undefined, WebSocket: undefined };
  const open: OpenLink = (_context, channels, start, events) => {
    const onBytes = (): void => {
      events.onActivity();
      onActivity();
    };
    return openEventStreamLink(context, channels, start, { ...events, onActivity: onBytes });
  };
  const board = createStatusBoard();
  const connection = createConnection(context, {
    transports: [{ name: 'sse', open }],
    setStatus: board.set,
    onLink: () => undefined,
  });
  return {
    get status() {
      return board.status;
    },
    onStatus: board.onStatus,
    subscribe: (channel, { onMessage, ...options }) =>
      createSubscription(http, connection.channels, channel, options, onMessage).close,
    close: () => connection.close(),
  };
}
