const KINDS = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

/**
 * The frames of a WebSocket in these bytes, as lines to read (RFC 6455, section 5.2): kind, size, and the payload, which a
 * client sends under a masking key.
 */
export function describeFrames(bytes) {
  const lines = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const { kind, start, length, key } = readHead(bytes, at);
    const payload = bytes.slice(start, start + length).map((byte, index) => byte ^ (key?.[index % 4] ?? 0));
    const mask = key ? `, mask ${toHex(key)}` : '';
    const words = kind === 'close' && payload.length >= 2 ? closeWords(payload) : new TextDecoder().decode(payload);
    lines.push(`[${kind}, ${start - at} + ${length} bytes${mask}] ${words}`);
    at = start + length;
  }
  return lines.join('\n');
}

function readHead(bytes, at) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const short = bytes[at + 1] & 0x7f;
  const isMasked = bytes[at + 1] > 0x7f;
  const lengthBytes = { 126: 2, 127: 8 }[short] ?? 0;
  let length = short;
  // What is cut off at the end of the record has no length to read.
  if (at + 2 + lengthBytes <= bytes.length) {
    if (lengthBytes === 2) length = view.getUint16(at + 2);
    if (lengthBytes === 8) length = Number(view.getBigUint64(at + 2));
  }
  const keyAt = at + 2 + lengthBytes;
  const start = keyAt + (isMasked ? 4 : 0);
  const key = isMasked ? bytes.slice(keyAt, start) : undefined;
  return { kind: KINDS[bytes[at] & 0x0f] ?? 'unknown', start, length, key };
}

function closeWords(payload) {
  const code = payload[0] * 256 + payload[1];
  return `${code} ${new TextDecoder().decode(payload.slice(2))}`;
}

function toHex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Rows of 16 bytes: offset, hexadecimal, and the characters that are ASCII. */
export function describeHex(bytes) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.slice(at, at + 16);
    const text = [...row].map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(4, '0')}  ${toHex(row).padEnd(47)}  ${text}`);
  }
  return rows.join('\n');
}
