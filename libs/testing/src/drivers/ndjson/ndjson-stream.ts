import type { Message, Reset } from '@tetracast/message-model';
import { readRefusal } from '../http-publish';

/** A line of the example transport (`examples/transport`), parsed. */
export type NdjsonLine =
  | ({ readonly type: 'message' } & Message)
  | ({ readonly type: 'reset' } & Reset)
  | { readonly type: 'subscribed'; readonly channels: readonly string[]; readonly cursor: string }
  | { readonly type: 'cursor'; readonly cursor: string }
  | { readonly type: 'authenticated' | 'token_expiring'; readonly connection: string };

export interface NdjsonStream {
  readonly response: Response;
  /** Each line as it came, without its LF. */
  readonly lines: AsyncGenerator<string, void, void>;
  close(): void;
}

/** `GET` of lines with `fetch`; rejects with a `TransportError` when the service refuses. */
export async function openNdjson(url: string, headers: Readonly<Record<string, string>> = {}): Promise<NdjsonStream> {
  const over = new AbortController();
  const response = await fetch(url, { headers, signal: over.signal });
  if (!response.ok) throw await readRefusal(response);
  return { response, lines: readLines(response), close: () => over.abort() };
}

async function* readLines(response: Response): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** The next line that is no heartbeat. */
export async function nextLine({ lines }: Pick<NdjsonStream, 'lines'>): Promise<NdjsonLine> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('ndjson: ended');
    if (value !== '') return JSON.parse(value) as NdjsonLine;
  }
}
