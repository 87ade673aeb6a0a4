import { appendTo, type BusHarness, expectChain, publication, readAll, seqsOf } from './harness';

export function describeNumbering(harness: BusHarness): void {
  describe('numbering', () => {
    it('counts over all channels, and links each entry to the one before it in its channel', async () => {
      const bus = harness.create();
      expect(await appendTo(bus, 'a', 'b', 'a', 'a', 'b')).toEqual([1, 2, 3, 4, 5]);
      const a = await readAll(bus, 'a');
      const b = await readAll(bus, 'b');
      expect(a.entries.map(({ seq, prev }) => [seq, prev])).toEqual([
        [1, 0],
        [3, 1],
        [4, 3],
      ]);
      expect(b.entries.map(({ seq, prev }) => [seq, prev])).toEqual([
        [2, 0],
        [5, 2],
      ]);
      expect(a).toMatchObject({ head: 5, last: 4, trimmed: false });
      expect(b).toMatchObject({ head: 5, last: 5, trimmed: false });
    });

    it('has an epoch while the log is empty, and keeps it', async () => {
      const bus = harness.create();
      const { epoch, ...page } = await readAll(bus, 'a');
      expect(epoch).toMatch(/^[A-Za-z0-9]{12}$/);
      expect(page).toEqual({ head: 0, last: 0, entries: [], trimmed: false, more: false });
      expect(await bus.append(publication('a'))).toEqual({ epoch, seq: 1, duplicate: false });
      expect(await bus.positions([])).toEqual({ epoch, head: 1, last: [], ends: [] });
      expect((await bus.read('a', { kind: 'rewind', count: 1 })).epoch).toBe(epoch);
    });

    it('has an epoch from the first positions on', async () => {
      const bus = harness.create();
      const { epoch } = await bus.positions(['a']);
      expect(epoch).toMatch(/^[A-Za-z0-9]{12}$/);
      expect((await harness.join(bus).append(publication('a'))).epoch).toBe(epoch);
    });

    it('gives every log a different epoch', async () => {
      const logs = [harness.create(), harness.create()];
      const epochs = await Promise.all(logs.map(async (bus) => (await bus.positions([])).epoch));
      expect(new Set(epochs).size).toBe(2);
    });

    it('gives no number twice and breaks no chain when two nodes append at once', async () => {
      const bus = harness.create();
      const nodes = [bus, harness.join(bus)];
      const channels = ['a', 'b', 'c', 'd', 'e'];
      const appended = await Promise.all(
        Array.from({ length: 500 }, (_, index) => nodes[index % 2]!.append(publication(channels[index % 5]!))),
      );
      const numbers = appended.map(({ seq }) => seq).sort((one, other) => one - other);
      expect(numbers).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
      expect(new Set(appended.map(({ epoch }) => epoch)).size).toBe(1);
      const pages = await Promise.all(channels.map((channel) => readAll(bus, channel)));
      for (const { entries } of pages) {
        expect(entries).toHaveLength(100);
        expect(entries[0]?.prev).toBe(0);
        expectChain(entries);
      }
      expect(pages.flatMap(seqsOf)).toHaveLength(500);
    });

    it('returns the positions of many channels in the requested order', async () => {
      const bus = harness.create();
      await appendTo(bus, 'c7', 'c1400', 'c7', 'c0');
      const channels = Array.from({ length: 1501 }, (_, index) => `c${index}`);
      const { head, last } = await bus.positions(channels);
      expect(head).toBe(4);
      expect(last).toHaveLength(1501);
      expect(last.flatMap((seq, index) => (seq === 0 ? [] : [[index, seq]]))).toEqual([
        [0, 4],
        [7, 3],
        [1400, 2],
      ]);
      expect((await bus.positions(['c7', 'never', 'c0', 'c7'])).last).toEqual([3, 0, 4, 3]);
    });
  });
}
