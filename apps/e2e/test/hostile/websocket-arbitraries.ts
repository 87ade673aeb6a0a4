import fc from 'fast-check';
import { publications } from './http-arbitraries';
import { withOddMembers } from './with-odd-members';
import { encodeFrame, type FrameToSend, OPCODES } from './raw-websocket';

const ODD_REFS = ['', 'r', 'r'.repeat(65), 0, -1, 1e308, null, true, {}, []];
const ODD_CHANNELS = [[], ['fuzz'], ['fuzz', 'fuzz'], [''], ['$own'], [null], ['a,b'], 'fuzz', {}, { length: 1 }, null];
const ODD_STARTS = ['', 'earliest', 'x-1', '~', '\0', 'a'.repeat(513), 1, null, [], -1, 0.5, 10_001];
const VALID = [
  { type: 'subscribe', channels: ['fuzz'] },
  { type: 'subscribe', channels: ['fuzz', 'other'], after: 'earliest' },
  { type: 'subscribe', channels: ['other'], rewind: 3 },
  { type: 'unsubscribe', channels: ['fuzz'] },
  { type: 'auth', token: 'a.b.c' },
  { type: 'ping', ref: 1 },
];

/** Frames of the protocol as JSON, most of them with odd members. */
const nearFrames = fc
  .oneof(
    {
      weight: 3,
      arbitrary: withOddMembers(fc.constantFrom(...VALID), {
        type: fc.constantFrom<unknown>('dance', 'toString', '__proto__', '', 1, null, 'publish'),
        ref: fc.oneof(fc.constantFrom<unknown>(...ODD_REFS), fc.string({ unit: 'binary', maxLength: 70 })),
        channels: fc.oneof(
          fc.constantFrom<unknown>(...ODD_CHANNELS),
          fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
        ),
        after: fc.constantFrom<unknown>(...ODD_STARTS),
        rewind: fc.constantFrom<unknown>(...ODD_STARTS),
        token: fc.constantFrom<unknown>('', 'a.b.c', 1, null),
      }),
    },
    { weight: 1, arbitrary: publications.map((publication) => ({ type: 'publish', ...publication })) },
  )
  .map((frame) => JSON.stringify(frame));

const deepFrames = fc
  .nat(20_000)
  .map((depth) => `{"type":"publish","channel":"fuzz","data":${'['.repeat(depth)}${']'.repeat(depth)}}`);

/** Text messages, most of them almost right. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: nearFrames },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: deepFrames },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);

const LYING_LENGTHS = [
  0n,
  1n,
  125n,
  126n,
  65_535n,
  65_536n,
  1n << 31n,
  1n << 32n,
  (1n << 53n) + 1n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];
const CLOSE_PAYLOADS = [
  [],
  [3],
  [3, 232],
  [3, 237],
  [0, 0],
  [255, 255],
  [3, 232, 0xff, 0xfe],
  [15, 160, ...Array<number>(124).fill(97)],
];

const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  texts.map((text) => new TextEncoder().encode(text)),
  fc.constantFrom(...CLOSE_PAYLOADS).map((bytes) => Uint8Array.from(bytes)),
  // The last bytes of UTF-8 that is cut or wrong.
  fc
    .constantFrom([0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc0, 0xaf])
    .map((bytes) => Uint8Array.from(bytes)),
);

/** Frames as RFC 6455 has them and as it forbids them: reserved bits, unmasked, fragments out of order, lengths that lie. */
export const frames: fc.Arbitrary<FrameToSend> = fc.record(
  {
    opcode: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Object.values(OPCODES)) },
      { weight: 1, arbitrary: fc.nat(15) },
    ),
    payload: payloads,
    fin: fc.boolean(),
    rsv: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    masked: fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    length: fc.constantFrom(...LYING_LENGTHS),
  },
  { requiredKeys: ['opcode', 'payload'] },
);

/** Most lengths are true, or nothing behind the first lie would be read as a frame. */
export const truthfulFrames: fc.Arbitrary<FrameToSend> = frames.map(({ length: _, ...frame }) => frame);

/** One text message in fragments, between which control frames may stand. */
export const fragments: fc.Arbitrary<readonly FrameToSend[]> = fc
  .tuple(texts, fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 6 }))
  .map(([text, pieces]) => {
    const bytes = new TextEncoder().encode(text);
    const list: FrameToSend[] = [];
    let at = 0;
    for (const [length, pinged] of pieces) {
      list.push({
        opcode: at === 0 && list.length === 0 ? OPCODES.text : OPCODES.continuation,
        fin: false,
        payload: bytes.subarray(at, at + length),
      });
      at += length;
      if (pinged) list.push({ opcode: OPCODES.ping, payload: new Uint8Array(3) });
    }
    return [...list, { opcode: list.length === 0 ? OPCODES.text : OPCODES.continuation, payload: bytes.subarray(at) }];
  });

export function encodeFrames(list: readonly FrameToSend[]): Buffer {
  return Buffer.concat(list.map(encodeFrame));
}
