import type { Client } from '@tetracast/client';
import { type Answer, isGone, openAnswer, type OpenAnswerOptions } from './answer';
import { channelFetch, type FetchFunction } from './channel-fetch';

/**
 * Remembers where the answer of a chat is, by the id of the chat. A `Map` is one; so is an object that asks a back end, by which another
 * device finds the answer.
 */
export interface AnswerStore {
  get(id: string): Answer | null | undefined | Promise<Answer | null | undefined>;
  set(id: string, answer: Answer): unknown;
  delete(id: string): unknown;
}

export interface AnswersOptions {
  readonly client: Client;
  /** Default: `storeIn(localStorage)`, which all tabs share; without a page, the memory. */
  readonly store?: AnswerStore | undefined;
  /** Sends the requests. Default: the global one. */
  readonly fetch?: FetchFunction | undefined;
}

/** The answers of chats: each is remembered from its response until it was read to its end or stopped. */
export interface Answers {
  /** Asks for the answer of this chat. */
  readonly fetchFor: (id: string) => FetchFunction;
  /** The response that `fetchFor` gave, from its start, as long as the answer is remembered and stored. */
  readonly resume: (id: string, signal: AbortSignal) => Promise<Response | undefined>;
  /** The answer of this chat has said that it failed. */
  readonly forget: (id: string) => Promise<void>;
}

/** What this module uses of the Web Storage API. */
type StorageLike = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const keyOf = (id: string): string => `tetracast:answer:${id}`;

/** Remembers answers in `sessionStorage`, for reloads of one tab, or in `localStorage`, for all tabs of the origin. */
export function storeIn(storage: StorageLike): AnswerStore {
  return {
    get: (id) => JSON.parse(storage.getItem(keyOf(id)) ?? 'null') as Answer | null,
    set: (id, answer) => {
      try {
        storage.setItem(keyOf(id), JSON.stringify(answer));
      } catch {
        // It is full: the answer cannot be found again, but it goes on.
      }
    },
    delete: (id) => storage.removeItem(keyOf(id)),
  };
}

/** Where the pages of an origin find an answer again, if the browser allows it. */
function defaultStore(): AnswerStore {
  try {
    const { localStorage } = globalThis as { readonly localStorage?: Partial<Storage> };
    // Node.js 25 has an object without methods.
    if (localStorage?.getItem) return storeIn(localStorage as Storage);
  } catch {
    // A browser that blocks cookies refuses it.
  }
  return new Map<string, Answer>();
}

export function createAnswers(
  { client, store = defaultStore(), fetch }: AnswersOptions,
  { report }: Pick<OpenAnswerOptions, 'report'> = {},
): Answers {
  const forgetThis = async (id: string, { channel }: Answer): Promise<void> => {
    // A new answer of the chat stays.
    if ((await store.get(id))?.channel === channel) await store.delete(id);
  };
  return {
    fetchFor: (id) => {
      let remembering: unknown;
      return channelFetch({
        client,
        fetch,
        report,
        onAnswer: (answer) => {
          remembering = store.set(id, answer);
        },
        onDone: (answer) => void Promise.resolve(remembering).then(() => forgetThis(id, answer)),
      });
    },
    resume: async (id, signal) => {
      const answer = await store.get(id);
      if (!answer) return undefined;
      if (await isGone(client, answer)) {
        await forgetThis(id, answer);
        return undefined;
      }
      const body = openAnswer(client, answer, { signal, report, onDone: () => void forgetThis(id, answer) });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    forget: async (id) => {
      await store.delete(id);
    },
  };
}
