import type { Framing } from '@tetracast/hub';
import type { Format } from '@tetracast/session';
import { encodeBlock, HEARTBEAT } from './sse-framing';

/**
 * How the body of a stream is delimited (RFC 9112, section 6.3). One object for each way, since the hub shares the bytes of a
 * message by framing: it encodes the chunk of a message once per process, for all streams.
 */
export interface StreamBody {
  /** The lines of the head about the body, each with CRLF. */
  readonly headerLines: string;
  readonly framings: Readonly<Record<Format, Framing>>;
  readonly heartbeat: Buffer;
  /** The last bytes of the body. */
  readonly end: Buffer;
  encode(blocks: string): Buffer;
}

/** For HTTP/1.1. Without chunks some clients wait for the end of the connection before they show the first event. */
export const chunkedBody: StreamBody = createBody('sse', 'transfer-encoding: chunked\r\n', encodeChunk, '0\r\n\r\n');

/** For HTTP/1.0, which has no chunks. The body ends with the connection. */
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
