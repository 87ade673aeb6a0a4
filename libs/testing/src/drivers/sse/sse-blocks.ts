/** One block of an event stream, as its bytes say: nothing is inherited from blocks before. */
export interface SseBlock {
  readonly id?: string;
  readonly event?: string;
  /** Its `data:` lines joined by LF. */
  readonly data?: string;
  readonly retry?: number;
  readonly comments: readonly string[];
}

const FIELDS = new Set(['id', 'event', 'data', 'retry']);

/**
 * Reads an event stream far more strictly than a browser (WHATWG HTML, section 9.2.6): throws on whatever this service
 * has no reason to send, such as a CR, an unknown field, or a field twice in a block.
 */
export class SseReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #rest = '';
  #lines: string[] = [];

  /** The blocks that `bytes` complete. */
  push(bytes: Uint8Array): SseBlock[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    const blocks: SseBlock[] = [];
    for (const line of lines) {
      if (line.includes('\r')) throw unexpected('a CR', line);
      if (line !== '') this.#lines.push(line);
      else if (this.#lines.length > 0) {
        blocks.push(readBlock(this.#lines));
        this.#lines = [];
      } else throw new Error('event stream: an empty block');
    }
    return blocks;
  }
}

function readBlock(lines: readonly string[]): SseBlock {
  const fields = new Map<string, string[]>();
  const comments: string[] = [];
  for (const line of lines) {
    if (line.startsWith(':')) {
      comments.push(line.slice(1).trimStart());
      continue;
    }
    const [, name = '', value = ''] = /^([^:]*): (.*)$/s.exec(line) ?? [];
    if (!FIELDS.has(name)) throw unexpected('no known field', line);
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  const single = (name: string): string | undefined => {
    const values = fields.get(name) ?? [];
    if (values.length > 1) throw unexpected(`more than one ${name}`, lines.join('\n'));
    return values[0];
  };
  const id = single('id');
  const event = single('event');
  const retry = single('retry');
  if (retry !== undefined && !/^[0-9]+$/.test(retry)) throw unexpected('no number of milliseconds', retry);
  if (event === 'message') throw unexpected('the default event, which is to be left out', lines.join('\n'));
  return {
    ...(id === undefined ? {} : { id }),
    ...(event === undefined ? {} : { event }),
    ...(retry === undefined ? {} : { retry: Number(retry) }),
    ...(fields.has('data') ? { data: (fields.get('data') ?? []).join('\n') } : {}),
    comments,
  };
}

function unexpected(what: string, text: string): Error {
  return new Error(`event stream: ${what}: ${JSON.stringify(text.slice(0, 500))}`);
}
