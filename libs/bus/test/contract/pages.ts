import fc from 'fast-check';
import { type Bus, bytesOf, type Page } from '../../src';
import { ALL, appendTo, type BusHarness, publication, seqsOf } from './harness';

const LARGE = JSON.stringify('x'.repeat(10_000));

/** One message per text of data, in channel `a`. */
async function append(bus: Bus, ...data: string[]): Promise<void> {
  for (const one of data) await bus.append(publication('a', { data: one }));
}

/** The page after `seq` that ends with the message that brings it to `bytes`. */
function readTo(bus: Bus, bytes: number, seq = 0): Promise<Page> {
  return bus.read('a', { kind: 'after', seq, limit: 1000, bytes });
}

export function describePages(harness: BusHarness): void {
  describe('a page', () => {
    const two = bytesOf({ data: '1' }) + bytesOf({ data: '"larger"' });
    it.each([
      [1, [1]],
      [two - 1, [1, 2]],
      [two, [1, 2]],
      [two + 1, [1, 2, 3]],
      [2 * two, [1, 2, 3, 4]],
      [ALL, [1, 2, 3, 4]],
    ])('ends with the message that brings it to %i bytes', async (bytes, seqs) => {
      const bus = harness.create();
      await append(bus, '1', '"larger"', '3', '"larger"');

      const page = await readTo(bus, bytes);

      expect([seqsOf(page), page.more]).toEqual([seqs, seqs.length < 4]);
    });

    it('has one message at least, however large, and no other behind one that is too large', async () => {
      const bus = harness.create();
      await append(bus, LARGE, LARGE, '3', LARGE, '5');
      const two = bytesOf({ data: LARGE }) + bytesOf({ data: '3' });

      expect(seqsOf(await readTo(bus, 100))).toEqual([1]);
      expect(seqsOf(await readTo(bus, two - 1, 1))).toEqual([2, 3]);
      expect(seqsOf(await readTo(bus, 1000, 2))).toEqual([3, 4]);
      expect(seqsOf(await readTo(bus, 1000, 4))).toEqual([5]);
    });

    it('counts data in UTF-8 and nothing else that differs from message to message', async () => {
      const bus = harness.create();
      const who = { event: 'a-longer-event', client: 'somebody', user: 'someone', echo: false };
      await bus.append(publication('a', { data: '"€"', ...who }));
      await append(bus, '"€"', '"€"');
      const two = 2 * bytesOf({ data: '12345' });

      expect(seqsOf(await readTo(bus, two))).toEqual([1, 2]);
      expect(seqsOf(await readTo(bus, two + 1))).toEqual([1, 2, 3]);
    });

    it('says whether more of its channel is stored after it', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'a', 'a', 'b');
      const more = async (seq: number, limit: number): Promise<boolean> =>
        (await bus.read('a', { kind: 'after', seq, limit, bytes: ALL })).more;

      expect(await more(0, 2)).toBe(true);
      expect(await more(0, 3)).toBe(false);
      expect(await more(0, 4)).toBe(false);
      expect(await more(1, 1)).toBe(true);
      expect(await more(2, 1)).toBe(false);
      expect(await more(3, 1)).toBe(false);
      expect((await bus.read('never', { kind: 'after', seq: 0, limit: 1, bytes: 1 })).more).toBe(false);
    });

    it('after page, whatever their sizes, makes the whole log', async () => {
      const bus = harness.create();
      const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(3000)), { minLength: 200, maxLength: 200 });
      let begin = 0;
      await fc.assert(
        fc.asyncProperty(sizes, fc.integer({ min: 1, max: 300 }), fc.nat(200_000), async (lengths, limit, more) => {
          const bytes = 1 + more;
          const seqs = lengths.map((_, i) => begin + i + 1);
          await Promise.all(lengths.map((length) => append(bus, '1'.repeat(1 + length))));
          const pages: Page[] = [];
          for (let seq = begin; pages.at(-1)?.more !== false; seq = pages.at(-1)!.entries.at(-1)!.seq) {
            pages.push(await bus.read('a', { kind: 'after', seq, limit, bytes }));
          }
          begin += lengths.length;
          expect(pages.flatMap(seqsOf)).toEqual(seqs);
          for (const { entries, more } of pages) {
            const counts = entries.map(bytesOf);
            const total = counts.reduce((sum, one) => sum + one, 0);
            expect(total - (counts.at(-1) ?? 0)).toBeLessThan(bytes);
            expect(!more || entries.length === limit || total >= bytes).toBe(true);
          }
        }),
        { numRuns: 20 },
      );
    });
  });
}
