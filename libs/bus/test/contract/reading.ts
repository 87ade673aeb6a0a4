import fc from 'fast-check';
import { ALL, appendTo, type BusHarness, publication, readAll, seqsOf } from './harness';

export function describeReading(harness: BusHarness): void {
  describe('reading', () => {
    it('returns everything that was published, with its time', async () => {
      const bus = harness.create();
      const before = await harness.now();
      await bus.append(publication('a', { event: 'price', data: '[1, 2]', echo: false, client: 'c1', user: 'u1' }));
      await bus.append(publication('a', { data: 'null' }));
      const after = await harness.now();
      const { entries } = await readAll(bus, 'a');
      expect(entries).toEqual([
        {
          ...{ seq: 1, prev: 0, channel: 'a', event: 'price', data: '[1, 2]' },
          ...{ time: entries[0]?.time, echo: false, client: 'c1', user: 'u1' },
        },
        { seq: 2, prev: 1, channel: 'a', event: 'message', data: 'null', time: entries[1]?.time, echo: true },
      ]);
      for (const { time } of entries) {
        expect(time).toBeGreaterThanOrEqual(before);
        expect(time).toBeLessThanOrEqual(after);
      }
    });

    it('reads on after a number, as many as asked for', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'b', 'a', 'a', 'b', 'a');
      const seqsAfter = async (seq: number, limit: number): Promise<number[]> =>
        seqsOf(await bus.read('a', { kind: 'after', seq, limit, bytes: ALL }));
      expect(await seqsAfter(0, 10)).toEqual([1, 3, 4, 6]);
      expect(await seqsAfter(0, 4)).toEqual([1, 3, 4, 6]);
      expect(await seqsAfter(0, 3)).toEqual([1, 3, 4]);
      expect(await seqsAfter(1, 1)).toEqual([3]);
      expect(await seqsAfter(2, 2)).toEqual([3, 4]); // 2 is of another channel
      expect(await seqsAfter(3, 2)).toEqual([4, 6]);
      expect(await seqsAfter(5, 2)).toEqual([6]);
      expect(await seqsAfter(6, 2)).toEqual([]);
    });

    it('finds where the last ones begin, and reads that one alone', async () => {
      const bus = harness.create();
      await appendTo(bus, ...Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'a' : 'b')));
      const begin = async (count: number): Promise<number[]> => seqsOf(await bus.read('a', { kind: 'rewind', count }));
      expect(await begin(0)).toEqual([]);
      expect(await begin(1)).toEqual([199]);
      expect(await begin(2)).toEqual([197]);
      expect(await begin(64)).toEqual([73]);
      expect(await begin(65)).toEqual([71]);
      expect(await begin(100)).toEqual([1]);
      expect(await begin(1000)).toEqual([1]);
      expect(await bus.read('never', { kind: 'rewind', count: 5 })).toMatchObject({ head: 200, last: 0, entries: [] });
    });

    it('finds nothing after a number that was never given out, and misses nothing there', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a');
      const page = await bus.read('a', { kind: 'after', seq: Number.MAX_SAFE_INTEGER - 1, limit: 10, bytes: ALL });
      expect(page).toMatchObject({ head: 1, last: 1, entries: [], trimmed: false });
    });

    it('can be read by another node as soon as append has resolved', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      for (let round = 1; round <= 20; round++) {
        const { seq } = await bus.append(publication('a'));
        expect((await readAll(other, 'a')).entries.at(-1)?.seq).toBe(seq);
      }
    });

    it('gives back any JSON text, client key and user as they came', async () => {
      const bus = harness.create();
      const json = fc
        .tuple(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 2, '\t', '\r\n '))
        .map(([value, space]) => JSON.stringify(value, null, space));
      const name = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(
          json,
          fc.string({ minLength: 1 }),
          name,
          name,
          fc.boolean(),
          async (data, event, client, user, echo) => {
            const who = { ...(client !== undefined && { client }), ...(user !== undefined && { user }) };
            const given = { channel: 'a', event, data, echo, ...who };
            await bus.append(given);
            const [entry] = (await bus.read('a', { kind: 'rewind', count: 1 })).entries;
            const { seq: _seq, prev: _prev, time: _time, ...kept } = entry!;
            expect(kept).toEqual(given);
          },
        ),
        {
          examples: [
            ['"\\ud800 \\udc00 \ud83d\ude00 \u2028"', 'message', '\ud800', 'a\nb', false],
            ['{\n  "a": 1\r\n}\n', 'x', '', '"', true],
          ],
        },
      );
    });
  });
}
