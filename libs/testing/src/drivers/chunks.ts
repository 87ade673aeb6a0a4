export interface Chunks {
  /** What the chunks hold that are there as a whole. */
  readonly body: string;
  /** Bytes of those chunks, with their marks. */
  readonly length: number;
  /** Whether the last chunk was among them. */
  readonly ended: boolean;
}

/**
 * Reads a body in chunks (RFC 9112, section 7.1) as far as it is there, a character for each byte; throws on what this service has
 * no reason to send, such as an extension or a trailer.
 */
export function readChunks(bytes: string): Chunks {
  let body = '';
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    const size = line < 0 ? NaN : sizeIn(bytes.slice(at, line));
    const end = line + 2 + size;
    if (!(bytes.length >= end + 2)) return { body, length: at, ended: false };
    if (!bytes.startsWith('\r\n', end)) throw new Error(`chunks: not as long as its size: ${show(bytes.slice(at))}`);
    body += bytes.slice(line + 2, end);
    at = end + 2;
    if (size === 0) return { body, length: at, ended: true };
  }
}

function sizeIn(line: string): number {
  if (!/^(?:0|[1-9a-f][0-9a-f]*)$/.test(line)) throw new Error(`chunks: no size: ${show(line)}`);
  return Number.parseInt(line, 16);
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
