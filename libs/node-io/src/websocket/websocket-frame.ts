const TEXT = 0x81;
const PING = 0x89;

/** A ping without payload (RFC 6455, section 5.5.2). */
export const PING_FRAME: Buffer = Buffer.from([PING, 0]);

/**
 * One whole text message as a server sends it: final, unmasked, not compressed (RFC 6455, section 5.2). Made once, it may
 * be written to any number of sockets on which no extension was agreed.
 */
export function encodeTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = TEXT;
  if (start === 2) {
    frame[1] = length;
  } else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}

/**
 * Largest frame taken from a client, where `maxMessageBytes` is the most its data may have: room for the data written with
 * `\u` escapes throughout, and for the envelope. Beyond the message limit and up to here the answer is an error in-band,
 * beyond this the server closes the connection.
 */
export function maxFrameBytes(maxMessageBytes: number): number {
  return maxMessageBytes * 3 + 16_384;
}

/** The payload of a close frame has at most 125 bytes, two of which are the code (RFC 6455, section 5.5). */
const CLOSE_REASON_BYTES = 123;

/** As much of a text as the reason of a close frame may have; no character is cut in two. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= CLOSE_REASON_BYTES) return text;
  // A decoder that expects more bytes keeps half a character to itself.
  return `${new TextDecoder().decode(bytes.subarray(0, CLOSE_REASON_BYTES - '…'.length * 3), { stream: true })}…`;
}
