/** A block of an event stream, as Tetracast writes it: each field once, in lines that end with LF. */
export interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
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
  for (;;) {
    const part = await reader?.read();
    if (!part?.value) return;
    onBytes();
    const blocks = (rest + part.value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      onBlock(Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string])));
    }
  }
}
