/** How the body of an upstream is divided. */
export type BodyKind = 'sse' | 'ndjson' | 'text';

const KINDS: ReadonlyMap<string, BodyKind> = new Map([
  ['text/event-stream', 'sse'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/json', 'text'],
  ['text/plain', 'text'],
]);

/** `undefined`: a relay does not pass such a body on. A page, for example, would run with the rights of this origin. */
export function bodyKindOf(contentType: string): BodyKind | undefined {
  return KINDS.get((contentType.split(';')[0] ?? '').trim().toLowerCase());
}

/** The end of an event, of a line, or of anything; not within a line end of two characters. */
const ENDS: Readonly<Record<BodyKind, RegExp>> = {
  sse: /(?:\r\n|\n|\r(?=[^\n]))(?:\r\n|\n|\r(?=[^\n]))/g,
  ndjson: /\n/g,
  text: /$/g,
};

/** Whether a body is not UTF-8, by the error of {@link Splitter}. */
export const isEncodingError = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';

/**
 * Divides the bytes of a body into texts that belong together: events with their blank line, lines, or whole characters. The texts
 * joined are the body.
 */
export class Splitter {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private rest = '';

  constructor(private readonly kind: BodyKind) {}

  /** The texts that these bytes complete. @throws an error that is {@link isEncodingError} if the body is not UTF-8 */
  push(bytes: Uint8Array): string[] {
    const text = this.rest + this.decoder.decode(bytes, { stream: true });
    if (this.kind === 'text') return text === '' ? [] : [text];
    const units: string[] = [];
    let from = 0;
    for (const { index, 0: end } of text.matchAll(ENDS[this.kind])) {
      units.push(text.slice(from, index + end.length));
      from = index + end.length;
    }
    this.rest = text.slice(from);
    return units;
  }

  /** What is left when the body has ended. @throws the same if it ends within a character */
  end(): string[] {
    const text = this.rest + this.decoder.decode();
    this.rest = '';
    return text === '' ? [] : [text];
  }
}
