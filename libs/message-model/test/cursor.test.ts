import { CURSOR_PATTERN, decodeCursor, encodeCursor, NOW, parseStart, REWIND_MAX } from '../src';
import fc from 'fast-check';
import { positions } from './arbitraries';

describe('cursor', () => {
  it('comes back as the position it was made of, and fits the grammar that clients may rely on', () => {
    fc.assert(
      fc.property(positions, (position) => {
        const cursor = encodeCursor(position);
        expect(cursor).toMatch(CURSOR_PATTERN);
        expect(decodeCursor(cursor)).toEqual(position);
      }),
    );
  });

  it.each([
    '',
    '-',
    'a-',
    '-1',
    'a-01',
    'a--1',
    'a-1 ',
    'a-1\n',
    'a-1.5',
    'a-1e3',
    'é-1',
    'a-9007199254740992',
    `${'a'.repeat(33)}-1`,
  ])('is not %j', (cursor) => {
    expect(decodeCursor(cursor)).toBeUndefined();
  });

  it('decodes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeCursor(text)));
  });
});

describe('start', () => {
  it.each([
    [undefined, undefined, NOW],
    ['', '', NOW],
    ['earliest', undefined, { kind: 'earliest' }],
    ['x-1', undefined, { kind: 'after', cursor: 'x-1' }],
    ['x-1', '5', { kind: 'after', cursor: 'x-1' }],
    [undefined, '0', { kind: 'rewind', count: 0 }],
    [undefined, 5, { kind: 'rewind', count: 5 }],
    [undefined, String(REWIND_MAX), { kind: 'rewind', count: REWIND_MAX }],
    [undefined, String(REWIND_MAX + 1), undefined],
    [undefined, '-1', undefined],
    [undefined, '1.5', undefined],
    [undefined, 'many', undefined],
  ])('after=%j rewind=%j', (after, rewind, expected) => {
    expect(parseStart(after, rewind)).toEqual(expected);
  });
});
