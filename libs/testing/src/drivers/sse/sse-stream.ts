import { readRefusal } from '../http-publish';
import { type SseBlock, SseReader } from './sse-blocks';

/** An open event stream, block by block. */
export interface SseStream {
  readonly response: Response;
  readonly blocks: AsyncGenerator<SseBlock, void, void>;
  close(): void;
}

/** `GET` of an event stream, as curl would do it; rejects with a `TransportError` unless it is one. */
export async function openSseStream(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseStream> {
  const over = new AbortController();
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: over.signal });
  if (!response.ok) throw await readRefusal(response);
  return { response, blocks: readBlocks(response), close: () => over.abort() };
}

async function* readBlocks(response: Response): AsyncGenerator<SseBlock, void, void> {
  const reader = new SseReader();
  for await (const bytes of response.body ?? []) yield* reader.push(bytes as Uint8Array);
}

/** The next block that is more than comments. */
export async function nextBlock(stream: SseStream): Promise<SseBlock> {
  for (;;) {
    const { value, done } = await stream.blocks.next();
    if (done === true) throw new Error('event stream: ended');
    if (value.id !== undefined || value.data !== undefined || value.retry !== undefined) return value;
  }
}
