/** A block of an event stream (WHATWG HTML, section 9.2). */
export interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
  /** Its `data` lines, joined; absent without any. */
  readonly data?: string;
  readonly retry?: string;
}

/** Returns what takes the text of an event stream, however it is cut, and calls `onBlock` for each whole block. */
export function createStreamParser(onBlock: (block: StreamBlock) => void): (text: string) => void {
  let rest = '';
  let block: Record<string, string> = {};
  return (text) => {
    // A CR at the end may be the first half of a CRLF.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        onBlock(block);
        block = {};
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
      block[name] = name === 'data' && block['data'] !== undefined ? `${block['data']}\n${value}` : value;
    }
  };
}

/** Reads a response to its end. */
export async function readText({ body }: Response, onText: (text: string) => void): Promise<void> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return;
    onText(decoder.decode(part.value, { stream: true }));
  }
}
