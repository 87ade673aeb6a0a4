import { isDeeperThan } from '../../src/limits/data-depth';

function nested(depth: number): unknown {
  return JSON.parse('{"a":['.repeat(depth / 2) + '0' + ']}'.repeat(depth / 2));
}

it.each([
  [[], 1],
  [{ a: 1, b: 'x' }, 1],
  [[1, [2], { c: null }], 2],
  [nested(64), 64],
])('%j is %i deep', (value, depth) => {
  expect(isDeeperThan(value, depth)).toBe(false);
  expect(isDeeperThan(value, depth - 1)).toBe(true);
});

it.each([null, '[[[', 7])('%j has no depth', (value) => {
  expect(isDeeperThan(value, 0)).toBe(false);
});

it('judges what is deeper than the stack, and wider', () => {
  expect(isDeeperThan(nested(400_000), 64)).toBe(true);
  expect(isDeeperThan(nested(400_000), 400_000)).toBe(false);
  expect(isDeeperThan([new Array(1_000_000).fill([])], 2)).toBe(true);
});
