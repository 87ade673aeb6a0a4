import { flawIn } from '../../src/limits/data-flaw';

const DEEP = /more than \d+ objects and lists within each other/;

function nested(depth: number): unknown {
  return JSON.parse('{"a":['.repeat(depth / 2) + '0' + ']}'.repeat(depth / 2));
}

it.each([
  [[], 1],
  [{ a: 1, b: 'x' }, 1],
  [[1, [2], { c: null }], 2],
  [nested(64), 64],
])('%j is %i deep', (value, depth) => {
  expect(flawIn(value, depth)).toBeUndefined();
  expect(flawIn(value, depth - 1)).toMatch(DEEP);
});

it.each([null, '[[[', 7, true])('%j has no depth', (value) => {
  expect(flawIn(value, 0)).toBeUndefined();
});

it('judges what is deeper than the stack, and wider', () => {
  expect(flawIn(nested(400_000), 64)).toMatch(DEEP);
  expect(flawIn(nested(400_000), 400_000)).toBeUndefined();
  expect(flawIn([new Array(1_000_000).fill([])], 2)).toMatch(DEEP);
  expect(flawIn([new Array(1_000_000).fill([])], 3)).toBeUndefined();
});

it.each(['1e400', '-1e400', '[1,[{"a":1e309}]]', '{"a":{"b":[2,-2e999]}}'])('%s has a number too large', (text) => {
  expect(flawIn(JSON.parse(text), 64)).toMatch(/too large/);
});

it.each(['1.7976931348623157e308', '5e-324', '1e-400', '-0', '9007199254740993'])('%s is a number', (text) => {
  expect(flawIn(JSON.parse(text), 64)).toBeUndefined();
});
