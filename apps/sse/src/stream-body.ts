import type { Framing } from '@tetracast/hub';
import type { Format } from '@tetracast/session';
import { encodeBlock, HEARTBEAT } from './sse-framing';

/**
 * How a stream's body is delimited (RFC 9112, section 6.3). One object for each way, since the hub shares a message's bytes by
 * its framing: a message is put into its chunk once per process, however many streams it goes to.
 */
export interface StreamBody {
  /** The lines of the head about it, each with its CRLF. */
  readonly headerLines: string;
  readonly framings: Readonly<Record<Format, Framing>>;
  readonly heartbeat: Buffer;
  /** The last bytes of the body. */
  readonly end: Buffer;
  encode(blocks: string): Buffer;
}

/** For HTTP/1.1: without chunks a client may wait for the end of the connection before it shows the first event. */
export const chunkedBody: StreamBody = createBody('sse', 'transfer-encoding: chunked\r\n', encodeChunk, '0\r\n\r\n');

/** For HTTP/1.0, which has no chunks: the body ends with the connection. */
export const plainBody: StreamBody = createBody('sse-plain', '', (blocks) => Buffer.from(blocks), '');

/** @param httpVersion of the request, such as `1.1` */
export function bodyFor(httpVersion: string): StreamBody {
  return httpVersion === '1.0' ? plainBody : chunkedBody;
}

function createBody(name: string, headerLines: string, encode: StreamBody['encode'], end: string): StreamBody {
  const framing = (format: Format): Framing => ({
    name: `${name}-${format}`,
    encode: (message) => encode(encodeBlock(message, format)),
  });
  const framings = { message: framing('message'), data: framing('data') };
  return { headerLines, framings, heartbeat: encode(HEARTBEAT), end: Buffer.from(end), encode };
}

function encodeChunk(blocks: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(blocks).toString(16)}\r\n${blocks}\r\n`);
}
