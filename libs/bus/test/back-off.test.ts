import { backOffMs, LeftCount } from '../src/redis/connection/back-off';

it('doubles from 50 ms to 2 s, half of it by chance', () => {
  for (const [attempt, ceiling] of [
    [1, 100],
    [3, 400],
    [5, 1600],
    [6, 2000],
    [1000, 2000],
  ] as const) {
    const waits = Array.from({ length: 200 }, () => backOffMs(attempt));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(ceiling / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(ceiling);
    expect(new Set(waits).size).toBeGreaterThan(10);
  }
});

it('counts what comes again within ten seconds, and forgets it after them', () => {
  const left = new LeftCount();
  expect(left.at(0)).toBe(0);
  left.add(0);
  left.add(9999);
  expect(left.at(9999)).toBe(2);
  expect(left.at(19_998)).toBe(2);
  expect(left.at(19_999)).toBe(0);
  left.add(20_000);
  expect(left.at(20_000)).toBe(1);
});
