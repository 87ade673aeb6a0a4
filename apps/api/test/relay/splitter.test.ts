import fc from 'fast-check';
import { bodyKindOf, type BodyKind, isEncodingError, Splitter } from '../../src/relay/upstream/splitter';

function split(kind: BodyKind, bytes: Buffer, sizes: readonly number[]): string[] {
  const splitter = new Splitter(kind);
  const units: string[] = [];
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    units.push(...splitter.push(bytes.subarray(from, from + size)));
    from += size;
  }
  return [...units, ...splitter.end()];
}

const piece = fc.constantFrom(
  'data: a',
  'é',
  '🙂',
  '漢',
  ' ',
  '\n',
  '\n\n',
  '\r\n',
  '\r\n\r\n',
  '\r',
  '\r\r',
  '{"a":1}\n',
);

it.each(['sse', 'ndjson', 'text'] as const)('the units of %s joined are the body, however it is cut', (kind) => {
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (pieces, sizes) => {
      const body = pieces.join('');
      expect(split(kind, Buffer.from(body), sizes).join('')).toBe(body);
    }),
    { numRuns: 60 },
  );
});

it('the units of an event stream are its events, those of NDJSON its lines, also if they come byte by byte', () => {
  const events = ['data: é\n\n', 'id: 1\r\ndata: b\r\n\r\n', ': c\r\r', 'data: d\n\n'];
  const lines = ['{"a":1}\n', '{"b":"é"}\n'];

  expect(split('sse', Buffer.from(events.join('')), [1])).toEqual(events);
  expect(split('ndjson', Buffer.from(lines.join('')), [1])).toEqual(lines);
  expect(split('sse', Buffer.from('data: a\n\ndata: half'), [100])).toEqual(['data: a\n\n', 'data: half']);
});

it('the units of a text have whole characters', () => {
  expect(split('text', Buffer.from('é🙂'), [1])).toEqual(['é', '🙂']);
});

it('bytes that are not UTF-8 are an error', () => {
  const errorOf = (...bytes: number[]): unknown => {
    try {
      return split('text', Buffer.from(bytes), [1]);
    } catch (error) {
      return error;
    }
  };
  expect([errorOf(0x61, 0xff), errorOf(0x61, 0xc3), errorOf(0xe9, 0x61)].map(isEncodingError)).toEqual([
    true,
    true,
    true,
  ]);
  expect(isEncodingError(new TypeError('other'))).toBe(false);
});

it.each([
  ['text/event-stream', 'sse'],
  ['Text/Event-Stream; charset=utf-8', 'sse'],
  ['application/x-ndjson', 'ndjson'],
  ['text/plain;charset=UTF-8', 'text'],
  ['text/html', undefined],
  ['', undefined],
  ['constructor', undefined],
])('%j is %s', (contentType, kind) => {
  expect(bodyKindOf(contentType)).toBe(kind);
});
