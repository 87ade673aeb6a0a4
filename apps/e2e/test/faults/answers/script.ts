import type { FakeAnswer } from '@tetracast/testing';
import fc from 'fast-check';

/** The stock clients that ask. What follows the change to another transport is one of {@link TRANSPORTS}. */
export const KINDS = ['chat', 'openai', 'sse', 'websocket', 'polling'] as const;
export type Kind = (typeof KINDS)[number];

/** Without a browser. */
export const KINDS_IN_SHORT = ['openai', 'sse', 'websocket', 'polling'] as const satisfies readonly Kind[];

const TRANSPORTS = ['sse', 'websocket', 'polling', 'socketio'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What is done to the client of an answer when it has so much of the text; `at` is a part of it, from 0 to 1. */
export type Action = { readonly at: number } & (
  | { readonly kind: 'cut'; readonly ms: number }
  /** The page is loaded again: it asks with the same key, and reads from the start. */
  | { readonly kind: 'reload' }
  /** Another device knows the channel, and reads from the start. */
  | { readonly kind: 'device'; readonly transport: Transport }
  /** The same page goes on after its cursor. */
  | { readonly kind: 'move'; readonly transport: Transport }
  /** A second reader, beside the first until both have all. */
  | { readonly kind: 'tab'; readonly transport: Transport }
);

export interface AnswerScript {
  readonly kind: Kind;
  readonly answer: FakeAnswer & { readonly seed: number; readonly words: number };
  /** In the order of `at`. */
  readonly actions: readonly Action[];
  /** Another device stops it then; the model keeps its last word, and does not end. Absent: it comes to its end. */
  readonly stopAt?: number;
}

/** As long as a client is away when it is cut: at once, a moment, longer than a roll-up and a back-off. */
const ms = fc.constantFrom(0, 30, 400);
const transport = fc.constantFrom(...TRANSPORTS);
const at = fc.double({ min: 0, max: 0.95, noNaN: true });

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('cut' as const), at, ms }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reload' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('device' as const), at, transport }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), at, transport }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tab' as const), at, transport }) },
);

const actions = fc
  .array(action, { maxLength: 5 })
  .map((some) => [...some].sort((one, other) => one.at - other.at) as readonly Action[]);

/** Slower, as fast as, and faster than a roll-up; 0 is all at once. */
const pace = fc.record({
  words: fc.integer({ min: 1, max: 120 }),
  wordsPerSecond: fc.constantFrom(15, 40, 120, 500, 0),
});
/** Chunks that divide words, characters and events, or have many of them. */
const chunked = fc.record({
  words: fc.integer({ min: 1, max: 20 }),
  wordsPerSecond: fc.constantFrom(500, 0),
  chunkBytes: fc.constantFrom(1, 7, 64, 5000),
});
const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const part = fc.double({ min: 0, max: 0.9, noNaN: true });

/** What an answer is: its end, or what someone stops. */
type Course = Pick<AnswerScript, 'answer' | 'stopAt'>;

/** An answer to a client of this kind. An OpenAI client and a chat read what their protocol says. */
export function scriptFor(kind: Kind): fc.Arbitrary<AnswerScript> {
  const form = fc.constantFrom(...(kind === 'openai' ? (['openai'] as const) : (['sse', 'ndjson', 'text'] as const)));
  const ends = fc
    .tuple(seed, form, fc.oneof(pace, chunked))
    .map(([seed, form, more]): Course => ({ answer: { seed, form, ...more } }));
  const stops = fc.tuple(seed, form, pace, part).map(([seed, form, { words, wordsPerSecond }, stopAt]): Course => ({
    answer: { seed, form, words: words + 1, wordsPerSecond, hangAfterWords: words },
    stopAt,
  }));
  const course = fc.oneof({ weight: 3, arbitrary: ends }, { weight: 1, arbitrary: stops });
  return fc.tuple(course, actions).map(([of, some]) => ({ kind, ...of, actions: some }));
}
