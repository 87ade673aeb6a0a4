/** The form in which a fake model streams its text. */
export type FakeForm = 'openai' | 'sse' | 'ndjson' | 'text';

/** What a fake model answers. The same options give the same bytes. */
export interface FakeAnswer {
  /** Default: by the end of the path, `/chat/completions`, `/sse` or `/ndjson`; else `text`. */
  readonly form?: FakeForm;
  /** Chooses the text. Default 1. */
  readonly seed?: number;
  /** The number of words. Default 20. */
  readonly words?: number;
  /** In place of the words: pieces of the body as they are. */
  readonly pieces?: readonly string[];
  /** Default: that of the form. */
  readonly contentType?: string;
  /** Pieces a second; 0 is all at once. Default 0. */
  readonly wordsPerSecond?: number;
  /** The body is written in chunks of so many bytes, which divide pieces and characters. Default: one chunk for each piece. */
  readonly chunkBytes?: number;
  /** Refuses with this status and a JSON body, or with `body`. */
  readonly status?: number;
  readonly body?: string;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Cuts the connection after so many pieces. */
  readonly failAfterWords?: number;
  /** Sends nothing more after so many pieces; 0: not even a head. */
  readonly hangAfterWords?: number;
  /** Answers with a redirect to this URL. */
  readonly redirectTo?: string;
}

export const CONTENT_TYPES: Readonly<Record<FakeForm, string>> = {
  openai: 'text/event-stream; charset=utf-8',
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  text: 'text/plain; charset=utf-8',
};

const WORDS = [
  'the',
  'cursor',
  'of',
  'naïve',
  'readers',
  'moves',
  '漢字',
  'on',
  '🙂',
  'and',
  '"quotes"',
  'line\nend',
  'öl',
  'a\\b',
];

/** Deterministic words, some of several bytes. Each but the last ends with a space. */
function fakeWords({ seed = 1, words = 20 }: FakeAnswer = {}): string[] {
  let state = seed >>> 0 || 1;
  return Array.from({ length: words }, (_, index) => {
    // Numerical Recipes, chapter 7.1.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return `${WORDS[(state >>> 16) % WORDS.length] ?? ''}${index === words - 1 ? '' : ' '}`;
  });
}

/** The text of an answer, without its form. */
export function fakeText(answer: FakeAnswer = {}): string {
  return fakeWords(answer).join('');
}

/** The pieces of the body; joined they are the body. */
export function fakePieces(answer: FakeAnswer, form: FakeForm): readonly string[] {
  if (answer.pieces !== undefined) return answer.pieces;
  const words = fakeWords(answer);
  switch (form) {
    case 'text':
      return words;
    case 'ndjson':
      return words.map((text) => `${JSON.stringify({ text })}\n`);
    case 'sse':
      return words.map((text, index) => `id: ${index}\ndata: ${JSON.stringify({ text })}\n\n`);
    case 'openai':
      return [
        ...words.map((content) => chunk(answer, { delta: { content }, finish_reason: null })),
        chunk(answer, { delta: {}, finish_reason: 'stop' }),
        'data: [DONE]\n\n',
      ];
  }
}

/** The whole body of an answer. */
export function fakeBody(answer: FakeAnswer, form: FakeForm = answer.form ?? 'text'): string {
  return fakePieces(answer, form).join('');
}

/** As `chat.completions` streams it. */
function chunk({ seed = 1 }: FakeAnswer, choice: object): string {
  return `data: ${JSON.stringify({
    id: `chatcmpl-${seed}`,
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'fake',
    choices: [{ index: 0, ...choice }],
  })}\n\n`;
}
