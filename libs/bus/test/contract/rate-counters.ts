import type { Bus } from '../../src';
import { type BusHarness, passTo } from './harness';

const LONG_MS = 600_000;

async function add(bus: Bus, counts: Record<string, number>, windowMs = LONG_MS): Promise<number[]> {
  return bus.addCounts(new Map(Object.entries(counts)), windowMs);
}

export function describeRateCounters(harness: BusHarness): void {
  describe('tallies', () => {
    it('are the sums of what all nodes add, each by its name', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      expect(await add(bus, { a: 2, 'b c': 1 })).toEqual([2, 1]);
      expect(await add(other, { 'b c': 5, a: 3, new: 0 })).toEqual([6, 5, 0]);
      expect(await add(bus, { a: 0 })).toEqual([5]);
      expect(await add(bus, {})).toEqual([]);
    });

    it('forget what was added before the window', async () => {
      const windowMs = 200;
      const bus = harness.create();
      const window = async (): Promise<number> => Math.floor((await harness.now()) / windowMs);
      let begun: number;
      let name = '';
      // At the beginning of one, so that the second half of the next is certain to be met; again if it was over too soon.
      do {
        name = `a${name}`;
        begun = (await window()) + 1;
        await passTo(harness, begun * windowMs);
        expect(await add(bus, { [name]: 1000 }, windowMs)).toEqual([1000]);
      } while ((await window()) !== begun);
      let sum: number | undefined;
      const seen: number[] = [];
      do {
        const before = await harness.now();
        [sum] = await add(bus, { [name]: 0 }, windowMs);
        const after = await harness.now();
        // All of it in its own window, then less and less.
        const isLate = (time: number): number => Math.max(0, time / windowMs - begun - 1);
        expect(sum).toBeLessThanOrEqual(Math.ceil(1000 * Math.max(0, 1 - isLate(before))) + 1);
        expect(sum).toBeGreaterThanOrEqual(Math.floor(1000 * Math.max(0, 1 - isLate(after))) - 1);
        seen.push(sum ?? 0);
        await harness.tick();
      } while (sum !== 0);
      expect(seen).toEqual([...seen].sort((a, b) => b - a));
      expect(await add(bus, { [name]: 7 }, windowMs)).toEqual([7]);
    });
  });
}
