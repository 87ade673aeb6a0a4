const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/**
 * A short name of a channel for use inside a cursor: 48 bits of a hash as eight letters. FNV-1a, 2 × 32 bits with
 * different offsets, the upper half mixed; it need not resist attacks, since a cursor affects only the client that sends it.
 */
export function tagOf(channel: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < channel.length; i++) {
    const unit = channel.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + i), 0x85ebca6b);
  }
  return letters(mix(a)) + letters(mix(b));
}

function mix(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return (half ^ (half >>> 15)) >>> 0;
}

function letters(bits: number): string {
  let text = '';
  for (let shift = 0; shift < 24; shift += 6) text += ALPHABET[(bits >>> shift) & 63] ?? '';
  return text;
}
