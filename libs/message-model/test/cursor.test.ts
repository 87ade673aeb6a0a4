import { CURSOR_PATTERN, decodeCursor, encodeCursor, NOW, parseStart, seqIn, tagOf } from '../src';
import fc from 'fast-check';
import { channels, positions } from './arbitraries';

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
    'a-1~',
    'a-1~2',
    'a-1~2.short',
    'a-1~0.AbCdEfGh',
    `a-1~2${'.AbCdEfGh'.repeat(60)}`,
    `${'a'.repeat(33)}-1`,
  ])('is not %j', (cursor) => {
    expect(decodeCursor(cursor)).toBeUndefined();
  });

  it('decodes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeCursor(text)));
  });
});

describe('cursor of channels that are not equally far', () => {
  const names = fc.uniqueArray(channels, { maxLength: 40 });

  it('comes back with every channel where it was', () => {
    fc.assert(
      fc.property(positions, names, fc.infiniteStream(fc.integer({ min: 1, max: 1000 })), (base, ahead, steps) => {
        const seq = Math.min(base.seq, Number.MAX_SAFE_INTEGER - 1000);
        const at = new Map(ahead.map((name) => [name, seq + Number(steps.next().value)]));
        const tagged = new Map([...at].map(([name, to]) => [tagOf(name), to]));
        const cursor = encodeCursor({ epoch: base.epoch, seq, ahead: tagged });
        expect(cursor).toMatch(CURSOR_PATTERN);
        const position = decodeCursor(cursor);
        expect(position).toMatchObject({ epoch: base.epoch, seq });
        const left = position?.ahead === undefined && at.size > 0;
        for (const [name, to] of at) expect(position && seqIn(position, name)).toBe(left ? seq : to);
        expect(left && cursor.length > 100).toBe(false);
      }),
    );
  });

  it('goes back to the slowest channel when there are more than fit: nothing is lost', () => {
    const ahead = new Map(Array.from({ length: 99 }, (_, i) => [tagOf(`channel-${i}`), 1000 + i]));
    expect(encodeCursor({ epoch: 'e', seq: 7, ahead })).toBe('e-7');
  });

  it('names the channels apart', () => {
    const tags = new Set(Array.from({ length: 50_000 }, (_, i) => tagOf(`user:${i}`)));
    expect(tags.size).toBe(50_000);
    expect([tagOf('a'), tagOf('ab'), tagOf('ba')].every((tag) => /^[A-Za-z0-9_-]{8}$/.test(tag))).toBe(true);
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
    [undefined, '9007199254740991', { kind: 'rewind', count: 9_007_199_254_740_991 }],
    [undefined, '9007199254740992', undefined],
    [undefined, '-1', undefined],
    [undefined, '1.5', undefined],
    [undefined, 'many', undefined],
  ])('after=%j rewind=%j', (after, rewind, expected) => {
    expect(parseStart(after, rewind)).toEqual(expected);
  });
});
