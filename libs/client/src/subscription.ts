import { backOffMs } from './back-off';
import type { Channels, Receiver } from './channels';
import { sleep } from './environment';
import { TetracastError, toError } from './errors';
import { readHistory } from './history';
import type { LinkContext } from './links/link';
import type { Message, Reset, Start } from './message';
import { createQueue } from './queue';
import type { StandardSchema } from './standard-schema';

/** The event of the message that holds a state loaded by `snapshot`. */
export const SNAPSHOT_EVENT = 'tetracast:snapshot';

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
  /** The subscription has begun: nothing that is published from now on is missed. Gets the cursor. */
  readonly onBegin?: ((cursor: string) => void) | undefined;
  /** Messages may be missing: load the state again. */
  readonly onReset?: ((reset: Reset) => void) | undefined;
  /**
   * Gets what ends a subscription with `onMessage`; an iteration throws it. Gets also what does not end it, with `isTemporary`: data
   * that does not match, a `snapshot` that failed and is tried again. Without it such an error is an uncaught one.
   */
  readonly onError?: ((error: TetracastError) => void) | undefined;
}

/** The messages of a channel, to be iterated once. */
export interface Subscription<T = unknown> extends AsyncIterableIterator<Message<T>>, AsyncDisposable {
  close(): void;
}

/** @param onMessage absent: the subscription is iterated */
export function createSubscription<T>(
  { http, env }: LinkContext,
  channels: Pick<Channels, 'cursor' | 'add' | 'remove'>,
  channel: string,
  options: SubscribeOptions<T>,
  onMessage: ((message: Message<T>) => void) | undefined,
): Subscription<T> {
  const { after, rewind, schema, snapshot, onReset, onError } = options;
  const ending = new AbortController();
  const { signal } = ending;
  /** What to deliver later, while something older is being loaded. */
  let pending: Message[] | undefined = snapshot && [];
  /** Messages that were delivered, or come before the start: they may still be pushed. */
  let seen = new Set<string>();
  let hasBegun = false;
  /** Counts what was loaded or given up. */
  let loads = 0;

  /** What a callback throws is an uncaught error of the program, and does not disturb the connection. */
  const call = <A>(callback: ((argument: A) => void) | undefined, argument: A): void => {
    try {
      callback?.(argument);
    } catch (error) {
      env.setTimeout(() => {
        throw error;
      }, 0);
    }
  };
  const raise = (error: unknown): never => {
    throw error;
  };
  const report = (error: TetracastError): void => call(onError ?? raise, error);

  const deliver = (message: Message): void => {
    if (signal.aborted) return;
    let checked = message as Message<T>;
    if (schema && message.event !== SNAPSHOT_EVENT) {
      const result = schema['~standard'].validate(message.data);
      // An asynchronous schema has neither: messages are delivered at once, in order.
      if (!('value' in result)) {
        const { issues: cause } = result as { issues?: unknown };
        report(new TetracastError('invalid_data', `the schema refuses ${message.id}`, { cause, isTemporary: true }));
        return;
      }
      checked = { ...message, data: result.value };
    }
    if (!onMessage) queue.push(checked);
    else call(onMessage, checked);
  };
  const push = (message: Message): void => {
    if (pending) pending.push(message);
    else if (!seen.has(message.id)) {
      // Messages come in order: none of those before this one comes any more.
      seen.clear();
      deliver(message);
    }
  };
  const flush = (): void => {
    const later = pending ?? [];
    pending = undefined;
    later.forEach(push);
  };
  const isCurrent = (load: number): boolean => load === loads && !signal.aborted;
  /** Repeats what fails, until it succeeds or another attempt would be in vain. */
  const retry = async <R>(load: number, task: () => Promise<R>): Promise<R | undefined> => {
    for (let attempt = 0; isCurrent(load); attempt++) {
      try {
        return await task();
      } catch (cause) {
        const error = toError(cause);
        if (!isCurrent(load)) return undefined;
        if (!error.isTemporary) receiver.fail(error);
        else {
          call(onError, error);
          await sleep(env, backOffMs(env, attempt, error), signal);
        }
      }
    }
    return undefined;
  };
  const replayFrom = (start: Start, load: number): Promise<void> => {
    let from = start;
    return retry(load, async () => {
      for await (const { messages, cursor, reset } of readHistory(http, channel, from)) {
        if (!isCurrent(load)) return;
        if (reset) call(onReset, reset);
        for (const message of messages) {
          seen.add(message.id);
          deliver(message);
        }
        from = { after: cursor };
      }
      flush();
    });
  };
  const loadSnapshot = async (): Promise<void> => {
    const load = ++loads;
    const cursor = channels.cursor ?? '';
    pending = [];
    const state = await retry(load, async () => snapshot?.(signal));
    if (!state || !isCurrent(load)) return;
    const { data, after: at } = state;
    deliver({ id: at ?? cursor, channel, event: SNAPSHOT_EVENT, data, time: env.now() });
    if (at === undefined) flush();
    else await replayFrom({ after: at }, load);
  };

  const close = (): void => {
    if (signal.aborted) return;
    ending.abort();
    channels.remove(channel, receiver);
    queue.end();
  };
  const receiver: Receiver = {
    start: snapshot ? {} : after ? { after } : rewind === undefined ? {} : { rewind },
    push,
    onJoined: () => {
      if (hasBegun) return;
      hasBegun = true;
      call(options.onBegin, channels.cursor ?? '');
      if (snapshot) void loadSnapshot();
    },
    onReset: (reset) => {
      call(onReset, reset);
      if (snapshot && hasBegun) void loadSnapshot();
    },
    skip: (ids) => {
      seen = new Set([...seen, ...ids]);
    },
    replay: () => {
      pending ??= [];
      return replayFrom(receiver.start, ++loads);
    },
    fail: (error) => {
      // To be closed is what the program wants.
      const failure = error.code === 'closed' ? undefined : error;
      queue.end(failure);
      if (signal.aborted) return;
      close();
      if (failure && onMessage) report(failure);
    },
  };
  const queue = createQueue<Message<T>>(close);
  options.signal?.addEventListener('abort', close, { signal });
  if (options.signal?.aborted) close();
  else channels.add(channel, receiver);
  return Object.assign(queue, { close });
}
