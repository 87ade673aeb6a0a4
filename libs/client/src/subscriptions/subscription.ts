import { backOffMs } from '../connection/back-off';
import type { Channels, Receiver } from './channels';
import { call, later, now, raise } from '../environment';
import { TetracastError, toError } from '../errors';
import { readHistory } from './history';
import type { HttpClient } from '../http';
import type { Message, Reset, Start } from '../message';
import { createQueue } from './queue';
import type { StandardSchema } from '../standard-schema';

/** The event of the message that holds a state loaded by `snapshot`. */
export const SNAPSHOT_EVENT = 'tetracast:snapshot';

/** The event of the last message of a channel. */
const END_EVENT = 'tetracast:end';

/** A state, and the cursor up to which it contains the channel's messages, if that is known. */
export interface Snapshot {
  readonly data: unknown;
  readonly after?: string;
}

export interface SubscribeOptions<T = unknown> extends Start {
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Checks and converts the data of each message. What does not match is skipped, and reported to `onError`. */
  readonly schema?: StandardSchema<T> | undefined;
  /**
   * Loads the state of the page, once the subscription has begun and after each reset. It comes as a message with the event
   * `tetracast:snapshot`, then exactly the messages after its cursor, or without a cursor those after the subscription began.
   * It replaces `after` and `rewind`.
   */
  readonly snapshot?: ((signal: AbortSignal) => Promise<Snapshot>) | undefined;
  /** The subscription has begun, and what is older was delivered: nothing that is published from now on is missed. Gets the cursor. */
  readonly onBegin?: ((cursor: string) => void) | undefined;
  /** Messages may be missing: load the state again. */
  readonly onReset?: ((reset: Reset) => void) | undefined;
  /** The channel has ended, and with it the subscription. Gets the last message, which `onMessage` and an iteration do not get. */
  readonly onEnd?: ((message: Message) => void) | undefined;
  /**
   * Gets what ends a subscription with `onMessage`; an iteration throws it. Gets also what does not end it, with `isTemporary`: data
   * that does not match, a `snapshot` that failed and is tried again. Without it such an error is an uncaught one.
   */
  readonly onError?: ((error: TetracastError) => void) | undefined;
}

/** The messages of a channel, to be iterated once. It ends with the channel. */
export interface Subscription<T = unknown> extends AsyncIterableIterator<Message<T>>, AsyncDisposable {
  readonly close: () => void;
}

/** @param onMessage absent: the subscription is iterated */
export function createSubscription<T>(
  http: HttpClient,
  channels: Pick<Channels, 'cursor' | 'add' | 'remove'>,
  channel: string,
  options: SubscribeOptions<T>,
  onMessage: ((message: Message<T>) => void) | undefined,
): Subscription<T> {
  const { after, rewind, schema, snapshot, onReset, onError } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const start: Start = snapshot ? {} : { after, rewind };
  /** What to deliver later, while something older is being loaded. */
  let pending: Message[] | undefined = snapshot && [];
  /** Messages that were delivered, or come before the start: they may still be pushed. */
  const seen = new Set<string>();
  /** The load that counts: a later one gives up those before it. */
  let current: object | undefined;
  let cancelRetry: (() => void) | undefined;

  const report = (error: TetracastError): void => call(onError ?? raise, error);

  const deliver = (message: Message): void => {
    if (signal.aborted) return;
    if (message.event === END_EVENT) {
      call(options.onEnd, message);
      receiver.fail();
      return;
    }
    let { data } = message;
    if (schema && message.event !== SNAPSHOT_EVENT) {
      const result = schema['~standard'].validate(data);
      // An asynchronous schema has neither: messages are delivered at once, in order.
      if (!('value' in result)) {
        report(new TetracastError('invalid_data', message.id, undefined, (result as { issues?: unknown }).issues));
        return;
      }
      data = result.value;
    }
    const checked = { ...message, data } as Message<T>;
    if (onMessage) call(onMessage, checked);
    else queue.push(checked);
  };
  const push = (message: Message): void => {
    if (pending) pending.push(message);
    else if (!seen.has(message.id)) {
      // Messages come in order: none of those before this one comes any more.
      seen.clear();
      deliver(message);
    }
  };
  /**
   * Delivers the state of `snapshot`, what is stored after it or after the `start`, and then what was pushed meanwhile. It repeats
   * what fails, until it succeeds or another attempt would be in vain.
   */
  const load = async (from = snapshot ? undefined : start, attempt = 0): Promise<void> => {
    const isCurrent = (): boolean => current === isCurrent && !signal.aborted;
    current = isCurrent;
    const cursor = channels.cursor ?? '';
    cancelRetry?.();
    pending ??= [];
    try {
      if (snapshot && !from) {
        const { data, after: at } = await snapshot(signal);
        if (!isCurrent()) return;
        deliver({ id: at ?? cursor, channel, event: SNAPSHOT_EVENT, data, time: now() });
        // What the state contains may still be pushed.
        if (at) for await (const { messages } of readHistory(http, channel, { after: cursor })) receiver.skip(messages);
        from = { after: at };
      }
      if (from?.after || from?.rewind) {
        for await (const page of readHistory(http, channel, from)) {
          if (!isCurrent()) return;
          if (page.reset) call(onReset, page.reset);
          for (const message of page.messages) {
            seen.add(message.id);
            deliver(message);
          }
          from = { after: page.cursor };
        }
      }
      const pushed = pending;
      pending = undefined;
      pushed.forEach(push);
    } catch (cause) {
      const error = toError(cause);
      if (!isCurrent()) return;
      if (!error.isTemporary) receiver.fail(error);
      else {
        call(onError, error);
        cancelRetry = later(backOffMs(attempt, error), () => void load(from, attempt + 1));
      }
    }
  };

  const close = (): void => {
    if (signal.aborted) return;
    ending.abort();
    cancelRetry?.();
    channels.remove(channel, receiver);
    queue.end();
  };
  const receiver: Receiver = {
    start,
    push,
    onJoined: async (isLate) => {
      if (snapshot || isLate) await load();
      if (!signal.aborted) call(options.onBegin, channels.cursor ?? '');
    },
    onReset: (reset) => {
      call(onReset, reset);
      if (!snapshot || !current) return;
      // The new state has what was pushed before.
      pending = [];
      void load();
    },
    skip: (messages) => {
      for (const { id, event } of messages) if (event !== END_EVENT) seen.add(id);
    },
    fail: (error) => {
      queue.end(error);
      if (signal.aborted) return;
      close();
      if (error && onMessage) report(error);
    },
  };
  const queue = createQueue<Message<T>>(close);
  options.signal?.addEventListener('abort', close, { signal });
  if (options.signal?.aborted) close();
  // In a list of channels it would be two.
  else if (channel.includes(',')) receiver.fail(new TetracastError('invalid_channel'));
  else channels.add(channel, receiver);
  return Object.assign(queue, { close });
}
