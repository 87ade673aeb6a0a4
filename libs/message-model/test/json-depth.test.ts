import fc from 'fast-check';
import { isTooDeep } from '../src';

const nested = (depth: number, [open, close]: readonly [string, string] = ['[', ']']): string =>
  open.repeat(depth) + close.repeat(depth);
/** Long enough to be checked. */
const PADDING = ' '.repeat(8192);

describe('isTooDeep', () => {
  it.each([
    ['lists', ['[', ']']],
    ['objects', ['{"":', '}']],
  ] as const)('allows 128 %s within each other, and no more', (_, brackets) => {
    expect(isTooDeep(nested(128, brackets) + PADDING)).toBe(false);
    expect(isTooDeep(nested(129, brackets) + PADDING)).toBe(true);
  });

  it('finds depth at the end of a long text, and in a text that never closes what it opens', () => {
    expect(isTooDeep(`[${PADDING}1,${nested(128)}]`)).toBe(true);
    expect(isTooDeep('['.repeat(8192))).toBe(true);
  });

  it('counts no brackets in strings, whatever is escaped in them', () => {
    const text = `${'['.repeat(4096)}"\\${'{'.repeat(4096)}\\\\`;
    expect(isTooDeep(JSON.stringify([text]))).toBe(false);
    expect(isTooDeep(JSON.stringify([text, 1]).replace(/1\]$/, `${nested(128)}]`))).toBe(true);
    expect(isTooDeep(`["${'['.repeat(8192)}`)).toBe(false);
  });

  it('does not look at a short text', () => {
    expect(isTooDeep(nested(4095))).toBe(false);
  });

  it('allows every JSON text of that depth', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(isTooDeep(PADDING + text)).toBe(false);
      }),
    );
  });
});
