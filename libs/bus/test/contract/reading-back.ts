import { bytesOf, NEWEST } from '../../src';
import { ALL, appendTo, type BusHarness, publication, readAll, readBack, seqsOf } from './harness';

export function describeReadingBack(harness: BusHarness): void {
  describe('reading back', () => {
    it('begins before a number, newest first, and says whether older ones are stored', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'b', 'a', 'a', 'b', 'a'); // a: 1, 3, 4, 6
      const found = async (seq: number, limit: number) => {
        const page = await readBack(bus, 'a', seq, limit);
        return [seqsOf(page), page.more];
      };
      expect(await found(NEWEST, 10)).toEqual([[6, 4, 3, 1], false]);
      expect(await found(NEWEST, 2)).toEqual([[6, 4], true]);
      expect(await found(4, 2)).toEqual([[3, 1], false]);
      expect(await found(5, 1)).toEqual([[4], true]);
      expect(await found(1, 5)).toEqual([[], false]);
      expect(await found(0, 5)).toEqual([[], false]);
      expect(await readBack(bus, 'never')).toMatchObject({
        entries: [],
        head: 6,
        last: 0,
        more: false,
        trimmed: false,
      });
    });

    it('ends with the message that brings it to so many bytes', async () => {
      const bus = harness.create();
      for (const data of ['1', '"larger"', '3', '"larger"']) await bus.append(publication('a', { data }));
      const two = bytesOf({ data: '3' }) + bytesOf({ data: '"larger"' });
      const read = (bytes: number) => bus.read('a', { kind: 'before', seq: NEWEST, limit: 10, bytes });
      expect(seqsOf(await read(1))).toEqual([4]);
      expect(seqsOf(await read(two))).toEqual([4, 3]);
      expect(seqsOf(await read(two + 1))).toEqual([4, 3, 2]);
      expect(seqsOf(await read(ALL))).toEqual([4, 3, 2, 1]);
    });

    it('shows what reading forth shows, and what retention left', async () => {
      const bus = harness.create({ retention: { size: 150, ttlMs: 600_000 } });
      await bus.appendAll(Array.from({ length: 200 }, () => publication('a')));
      const forth = await readAll(bus, 'a');
      const back = [];
      for (let seq = NEWEST, more = true; more;) {
        const page = await readBack(bus, 'a', seq, 70);
        back.push(...page.entries);
        ({ more } = page);
        seq = page.entries.at(-1)!.seq;
      }
      expect(forth.entries).toHaveLength(150);
      expect(back).toEqual([...forth.entries].reverse());
    });
  });
}
