import type { Client } from './client';
import { sleep } from './environment';
import { TetracastError, toError } from './errors';
import type { Message } from './message';

/** The shortest time between two messages of a stream: at most 40 a second, even if a timer is early. */
const INTERVAL_MS = 26;
/** At most 8192 UTF-16 code units: 48 KiB if JSON escapes each, below the server's 64 KiB. It does not end in half a character. */
const CHUNK = /^[^]{0,8191}[^\uD800-\uDBFF]/;
/** An `append` waits while there is more text than this. */
const WAITING_MAX = 65_536;

/** The data of the last message of a stream. */
interface End {
  /** How much text was stored, in UTF-16 code units. */
  readonly length?: number;
  /** Why the text is not whole. */
  readonly error?: string;
}

/** A stream of text that this program writes. */
export interface Producer extends AsyncDisposable {
  /** Aborted when someone cancels the channel, with the error `cancelled`, and when the text cannot be stored. */
  readonly signal: AbortSignal;
  /**
   * Adds text. The first is stored at once, and what follows is stored together, at most 40 times a second. Resolves at once, unless
   * much text waits to be stored.
   * @throws TetracastError the reason of the `signal`, `channel_ended`
   */
  append(text: string): Promise<void>;
  /** Stores what waits, then the end of the channel. @throws TetracastError why that cannot be stored */
  end(): Promise<void>;
  /** Does the same, and readers get the error `stream_failed` with this text. Leaving an `await using` does it, unless it has ended. */
  fail(text: string): Promise<void>;
}

export interface ProduceOptions {
  /** The cursor of a message that stands before the text: a cancel since then stops the producer. Default: since the first text. */
  readonly after?: string | undefined;
}

/**
 * Writes text on a channel, such as the answer of a language model. The client must be allowed to publish, to subscribe (so that it
 * sees who cancels), and to end the channel.
 */
export function produce(client: Client, channel: string, { after }: ProduceOptions = {}): Producer {
  const stopping = new AbortController();
  const { signal } = stopping;
  let waiting = '';
  let length = 0;
  let failure: TetracastError | undefined;
  let isEnded = false;
  /** Resolves once nothing waits. */
  let storing: Promise<void> | undefined;
  let unsubscribe: (() => void) | undefined;

  const onFailure = (error: TetracastError): void => {
    failure ??= error;
    stopping.abort(failure);
  };
  const watch = (since: string): void => {
    unsubscribe ??= client.subscribe(channel, {
      after: since,
      onMessage: ({ event }) => {
        if (event === 'tetracast:cancel') stopping.abort(new TetracastError('cancelled'));
      },
      onError: (error) => {
        if (!error.isTemporary) onFailure(error);
      },
    });
  };
  if (after) watch(after);
  const storeChunk = async (chunk: string): Promise<void> => {
    waiting = waiting.slice(chunk.length);
    length += chunk.length;
    const { id } = await client.publish(channel, chunk);
    // Nobody can cancel a channel before its first message.
    watch(id);
  };
  const nextChunk = (): string | undefined => CHUNK.exec(waiting)?.[0];
  const store = async (): Promise<void> => {
    try {
      for (let chunk = nextChunk(); chunk && !failure; chunk = nextChunk()) {
        const pause = sleep(INTERVAL_MS, signal);
        await storeChunk(chunk);
        await pause;
      }
    } catch (cause) {
      onFailure(toError(cause));
    }
    storing = undefined;
  };
  const append = async (text: string): Promise<void> => {
    signal.throwIfAborted();
    if (isEnded) throw new TetracastError('channel_ended');
    waiting += text;
    if (nextChunk()) storing ??= store();
    if (waiting.length > WAITING_MAX) await storing;
  };
  const finish = async (end: () => End): Promise<void> => {
    isEnded = true;
    try {
      await storing;
      if (failure) throw failure;
      if (waiting) await storeChunk(waiting);
      await client.publish(channel, end(), { end: true });
    } finally {
      unsubscribe?.();
    }
  };
  const fail = (error: string): Promise<void> => finish(() => ({ error }));
  return {
    signal,
    append: (text) => {
      const appended = append(text);
      // One who does not wait sees the failure at the end.
      appended.catch(() => undefined);
      return appended;
    },
    end: () => finish(() => ({ length })),
    fail,
    [Symbol.asyncDispose]: async () => {
      if (!isEnded) await fail('the producer has stopped').catch(() => undefined);
    },
  };
}

export interface ReadOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The text of a channel from its start, until its end; what is not a string is left out.
 * @throws TetracastError `stream_failed` with the data of the last message as its `cause`, `incomplete` if a part is no longer stored,
 *   `closed`, what the server says
 */
export async function* read(
  client: Client,
  channel: string,
  { signal }: ReadOptions = {},
): AsyncGenerator<string, void> {
  let failure = new TetracastError('closed');
  let last: Message | undefined;
  let length = 0;
  const messages = client.subscribe(channel, {
    after: 'earliest',
    signal,
    onReset: ({ reason }) => {
      failure = new TetracastError('incomplete', reason);
      messages.close();
    },
    onEnd: (message) => {
      last = message;
    },
  });
  for await (const { event, data } of messages) {
    if (event !== 'message' || typeof data !== 'string') continue;
    length += data.length;
    yield data;
  }
  if (signal?.aborted) return;
  if (!last) throw failure;
  const end = (last.data ?? {}) as End;
  if (end.error !== undefined) throw new TetracastError('stream_failed', end.error, undefined, end);
  if ((end.length ?? length) !== length) throw new TetracastError('incomplete', 'trimmed');
}
