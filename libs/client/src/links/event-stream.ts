/** A block of an event stream (WHATWG HTML, section 9.2). */
export interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
  /** Its `data` lines, joined; absent without any. */
  readonly data?: string;
  readonly retry?: string;
}

/** Reads an event stream to its end, and calls `onBytes` for each part of it and `onBlock` for each whole block. */
export async function readStream(
  { body }: Response,
  onBytes: () => void,
  onBlock: (block: StreamBlock) => void,
): Promise<void> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let block: Record<string, string> = {};
  for (;;) {
    const part = await reader?.read();
    if (!part?.value) return;
    onBytes();
    // A CR at the end may be the first half of a CRLF.
    const lines = (rest + part.value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [name = '', value = ''] = line.split(/: ?(.*)/s);
      if (line === '') {
        onBlock(block);
        block = {};
      } else block[name] = name === 'data' && block['data'] !== undefined ? `${block['data']}\n${value}` : value;
    }
  }
}
