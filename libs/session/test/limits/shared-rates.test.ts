import { SharedRates, RATE_WINDOW_MS } from '../../src/limits/shared-rates';

function takeAll(buckets: SharedRates, name: string, rate: number, now: number): number {
  let taken = 0;
  while (buckets.take(name, rate, now)) taken++;
  return taken;
}

it('reports what each has spent since the report before', () => {
  const buckets = new SharedRates();
  expect(takeAll(buckets, 'a', 5, 0)).toBe(10);
  buckets.take('b', 5, 0);
  expect([...buckets.report(0)]).toEqual([
    ['a', 10],
    ['b', 1],
  ]);
  buckets.take('b', 5, 1);
  expect(buckets.report(1)).toEqual(
    new Map([
      ['a', 0],
      ['b', 1],
    ]),
  );
});

it('forgets who has spent nothing for long', () => {
  const buckets = new SharedRates();
  buckets.take('a', 1, 0);
  buckets.take('b', 1, 1);
  expect([...buckets.report(RATE_WINDOW_MS).keys()]).toEqual(['b']);
  expect(buckets.size).toBe(1);
});

it('takes what others spent from what is left', () => {
  const buckets = new SharedRates();
  buckets.take('a', 10, 0);
  buckets.report(0);
  // Twelve seconds of the rate is the most that one process lets through in the window.
  buckets.applyTotal('a', 117, 0);
  expect(takeAll(buckets, 'a', 10, 0)).toBe(3);
  buckets.applyTotal('nobody', 1, 0);
});

it('does not slow one process by what it spent itself', () => {
  const buckets = new SharedRates();
  const spent: number[] = [];
  for (let now = 0; now < 60_000; now += 250) {
    spent.push(takeAll(buckets, 'a', 8, now));
    const inWindow = spent.slice(-RATE_WINDOW_MS / 250).reduce((sum, count) => sum + count, 0);
    buckets.report(now);
    buckets.applyTotal('a', inWindow, now);
  }
  expect(spent[0]).toBe(16);
  expect(new Set(spent.slice(1))).toEqual(new Set([2]));
});

it('reports a thousand at a time, in turn, and remembers a bounded number', () => {
  const buckets = new SharedRates();
  for (let name = 0; name < 1500; name++) buckets.take(String(name), 1, 0);
  expect(buckets.report(0).size).toBe(1000);
  expect([...buckets.report(0).keys()].slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, n) => String(1000 + n)));
  for (let name = 0; name < 100_010; name++) buckets.take(String(name), 1, 0);
  expect(buckets.size).toBe(100_000);
});

it('says whether a rate is spent, and remembers nobody because of that', () => {
  const buckets = new SharedRates();
  expect([buckets.isSpent('a', 0), buckets.size]).toEqual([false, 0]);
  takeAll(buckets, 'a', 1, 0);
  expect([buckets.isSpent('a', 0), buckets.isSpent('a', 1000)]).toEqual([true, false]);
});
