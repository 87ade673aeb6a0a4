import { histogramOf, percentile, percentilesText, sortedCopy } from '../src/bench/latencies';

describe('latencies', () => {
  it('have percentiles', () => {
    const sorted = sortedCopy([3, 1, 2, 10, 4]);

    expect(sorted).toEqual([1, 2, 3, 4, 10]);
    expect([0, 50, 80, 100].map((percent) => percentile(sorted, percent))).toEqual([1, 3, 10, 10]);
    expect(percentile([], 50)).toBe(0);
    expect(percentilesText(sorted)).toBe('p50 3.0 ms   p90 10.0 ms   p99 10.0 ms   p99.9 10.0 ms   p100 10.0 ms');
  });

  it('have a histogram with steps of powers of two, those without a value included', () => {
    expect(histogramOf([0.2, 0.9, 1.1, 2, 9])).toEqual([
      [1, 2],
      [2, 2],
      [4, 0],
      [8, 0],
      [16, 1],
    ]);
  });
});
