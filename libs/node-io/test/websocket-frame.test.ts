import fc from 'fast-check';
import { closeReason, encodeTextFrame, maxFrameBytes, PING_FRAME } from '../src/websocket/websocket-frame';

/** Reads a frame as RFC 6455, section 5.2 says. */
function decode(frame: Buffer): { text: string; headerBytes: number } {
  expect(frame[0]).toBe(0b1000_0001); // FIN, no extension bits, opcode 1
  const short = frame[1]!;
  expect(short & 0x80).toBe(0); // a server must not mask
  const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length = short < 126 ? short : short === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  expect(frame).toHaveLength(headerBytes + length);
  return { text: frame.subarray(headerBytes).toString(), headerBytes };
}

describe('encodeTextFrame', () => {
  it.each([
    [0, 2],
    [1, 2],
    [125, 2],
    [126, 4],
    [127, 4],
    [65_535, 4],
    [65_536, 10],
    [70_000, 10],
  ])('%i bytes have a header of %i', (length, headerBytes) => {
    const text = 'x'.repeat(length);

    expect(decode(encodeTextFrame(text))).toEqual({ text, headerBytes });
  });

  it('counts bytes, not characters', () => {
    expect(decode(encodeTextFrame('é'.repeat(63)))).toEqual({ text: 'é'.repeat(63), headerBytes: 4 });
  });

  it('carries any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.nat(300), (text, times) => {
        const long = text.repeat(times);
        expect(decode(encodeTextFrame(long)).text).toBe(long);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves no hole for half a surrogate pair', () => {
    expect(decode(encodeTextFrame('a\ud800b')).text).toBe('a\ufffdb');
  });
});

it('PING_FRAME is a final, empty, unmasked ping', () => {
  expect([...PING_FRAME]).toEqual([0x89, 0]);
});

it('maxFrameBytes has room for escaped data', () => {
  const escaped = JSON.stringify('é'.repeat(32_000)).replaceAll('é', '\\u00e9');

  expect(maxFrameBytes(65_536)).toBeGreaterThan(Buffer.byteLength(escaped) + 4096);
});

describe('closeReason', () => {
  it.each([
    ['short', 'short'],
    ['x'.repeat(123), 'x'.repeat(123)],
    ['x'.repeat(124), `${'x'.repeat(120)}…`],
    ['é'.repeat(62), `${'é'.repeat(60)}…`],
    [`a${'😀'.repeat(40)}`, `a${'😀'.repeat(29)}…`],
  ])('fits into a close frame: %s', (text, reason) => {
    expect(closeReason(text)).toBe(reason);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
});
