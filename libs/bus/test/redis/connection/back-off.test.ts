import { nodeRuntime } from '@tetracast/node-io/runtime';
import { DropCount, redisBackOffMs } from '../../../src/redis/connection/back-off';

it('doubles from 100 ms to 2 s, half of it random', () => {
  for (const [attempt, ceiling] of [
    [1, 100],
    [3, 400],
    [5, 1600],
    [6, 2000],
    [1000, 2000],
  ] as const) {
    const waits = Array.from({ length: 200 }, () => redisBackOffMs(attempt, nodeRuntime));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(ceiling / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(ceiling);
    expect(new Set(waits).size).toBeGreaterThan(10);
  }
});

it('counts drops within ten seconds of each other, and then starts from zero', () => {
  const drops = new DropCount();
  expect(drops.at(0)).toBe(0);
  drops.add(0);
  drops.add(9999);
  expect(drops.at(9999)).toBe(2);
  expect(drops.at(19_998)).toBe(2);
  expect(drops.at(19_999)).toBe(0);
  drops.add(20_000);
  expect(drops.at(20_000)).toBe(1);
});
