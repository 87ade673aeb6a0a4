import fc from 'fast-check';

/** One thing done to bytes that were valid; places are fractions of the whole, so that a case can shrink. */
type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'drop' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'line ends'; readonly end: string };

const place = fc.nat(9999).map((part) => part / 10_000);
const LINE_ENDS = ['\n', '\r', '\n\r', '\r\r\n', '\r\n ', '\r\n\r\n', '\0'];
const AWKWARD = [
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '%',
  ':',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  '0\r\n\r\n',
];

export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut'), at: place }),
  fc.record({
    kind: fc.constant('insert'),
    at: place,
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.constantFrom(...AWKWARD).map((text) => Buffer.from(text)),
    ),
  }),
  fc.record({ kind: fc.constantFrom('drop', 'repeat'), at: place, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('line ends'), end: fc.constantFrom(...LINE_ENDS) }),
);

/** The bytes after these mutations, one after the other. */
export function mutate(valid: Buffer, list: readonly Mutation[]): Buffer {
  return list.reduce((bytes, mutation) => apply(bytes, mutation), valid);
}

/** The bytes in pieces, cut at these fractions of them. */
export function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length];
  return places
    .slice(1)
    .map((end, index) => bytes.subarray(places[index], end))
    .filter((piece) => piece.length > 0);
}

/** Where to cut for {@link split}. */
export const cuts: fc.Arbitrary<number[]> = fc.array(place, { maxLength: 4 });

function apply(bytes: Buffer, mutation: Mutation): Buffer {
  if (mutation.kind === 'line ends')
    return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', mutation.end), 'latin1');
  const at = Math.floor(mutation.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (mutation.kind) {
    case 'flip': {
      const flipped = Buffer.from(after);
      if (flipped.length > 0) flipped[0]! ^= 1 << mutation.bit;
      return Buffer.concat([before, flipped]);
    }
    case 'cut':
      return before;
    case 'insert':
      return Buffer.concat([before, mutation.bytes, after]);
    case 'drop':
      return Buffer.concat([before, after.subarray(mutation.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, mutation.length), after]);
  }
}
