import type { Page } from '../../src';
import { appendTo, type BusHarness, expectChain, passTo, publication, readAll, seqsOf } from './harness';

const LONG_MS = 600_000;

export function describeRetention(harness: BusHarness): void {
  describe('retention by size', () => {
    it('keeps exactly as many as it says', async () => {
      const bus = harness.create({ retention: { size: 3, ttlMs: LONG_MS } });
      await appendTo(bus, 'a', 'b', 'a', 'a');
      expect(await readAll(bus, 'a')).toMatchObject({ entries: [{ seq: 1 }, { seq: 3 }, { seq: 4 }], trimmed: false });
      await appendTo(bus, 'a');
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([3, 4, 5]);
      expect(seqsOf(await readAll(bus, 'b'))).toEqual([2]);
      await appendTo(bus, ...Array.from({ length: 100 }, () => 'a'));
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([103, 104, 105]);
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([103, 104, 105]);
    });

    it('shows by positions whether messages are missing', async () => {
      const bus = harness.create({ retention: { size: 2, ttlMs: LONG_MS } });
      await appendTo(bus, 'a', 'b', 'a', 'a', 'b'); // a: 1, 3, 4 of which 1 is no longer stored
      const isTrimmed = async (seq: number): Promise<boolean> => (await readAll(bus, 'a', seq)).trimmed;
      expect(await isTrimmed(0)).toBe(true);
      expect(await isTrimmed(1)).toBe(false);
      expect(await isTrimmed(2)).toBe(false);
      expect(await isTrimmed(4)).toBe(false);
      expect((await bus.read('a', { kind: 'after', seq: 0, limit: 1, bytes: 1 })).trimmed).toBe(true);
      expect((await bus.read('a', { kind: 'after', seq: 1, limit: 1, bytes: 1 })).trimmed).toBe(false);
      expect((await bus.read('a', { kind: 'rewind', count: 5 })).trimmed).toBe(false);
    });

    it('is ruled by the namespace', async () => {
      const bus = harness.create({
        retention: { size: 1, ttlMs: LONG_MS },
        namespaces: { chat: { size: 2, ttlMs: LONG_MS } },
      });
      const counts: Record<string, number> = {
        'chat:1': 2,
        'chat:1:2': 2,
        chat: 1,
        'other:chat': 1,
        'constructor:1': 1,
      };
      for (const channel of Object.keys(counts)) await appendTo(bus, channel, channel, channel);
      for (const [channel, count] of Object.entries(counts)) {
        expect([channel, (await readAll(bus, channel)).entries.length]).toEqual([channel, count]);
      }
    });
  });

  describe('retention by age', () => {
    it('lets every entry live exactly its time', async () => {
      const ttlMs = 3000;
      const bus = harness.create({ retention: { size: 1000, ttlMs } });
      await appendTo(bus, 'a', 'a', 'b');
      await passTo(harness, (await harness.now()) + 100);
      await appendTo(bus, 'a');
      const all = (await readAll(bus, 'a')).entries;
      expect(seqsOf({ entries: all })).toEqual([1, 2, 4]);

      let page: Page;
      do {
        await harness.tick();
        const before = await harness.now();
        page = await readAll(bus, 'a');
        const after = await harness.now();
        const found = new Set(seqsOf(page));
        const wrong = all.filter(({ seq, time }) => {
          return found.has(seq) ? before >= time + ttlMs : after < time + ttlMs;
        });
        expect(wrong).toEqual([]);
      } while (page.entries.length > 0);

      // The bus knows that expired messages are missing after an earlier position.
      expect(page).toMatchObject({ head: 4, last: 4, trimmed: true });
      expect((await readAll(bus, 'a', 2)).trimmed).toBe(true);
      expect((await readAll(bus, 'a', 4)).trimmed).toBe(false);
      expect(await bus.read('a', { kind: 'rewind', count: 5 })).toMatchObject({ last: 4, entries: [] });
      await appendTo(bus, 'a');
      expect(await readAll(bus, 'a', 4)).toMatchObject({ entries: [{ seq: 5, prev: 4 }], trimmed: false });
      expect((await readAll(bus, 'a', 2)).trimmed).toBe(true);
    });

    it('drops all that is old from a long log that is in use', async () => {
      const ttlMs = 200;
      const bus = harness.create({ retention: { size: 1000, ttlMs } });
      await Promise.all(Array.from({ length: 150 }, () => bus.append(publication('a'))));
      const end = (await harness.now()) + ttlMs;
      while ((await harness.now()) < end) {
        await appendTo(bus, 'a');
        await harness.tick();
      }
      const before = await harness.now();
      const { entries, trimmed } = await readAll(bus, 'a');
      expect(entries.filter(({ time }) => time <= before - ttlMs)).toEqual([]);
      expectChain(entries);
      expect(trimmed).toBe(true);
    });
  });

  describe('channels remembered', () => {
    it('reads the last number of a forgotten channel off its log', async () => {
      const bus = harness.create({ channelsRemembered: 2 });
      await appendTo(bus, 'a', 'b', 'c', 'd'); // a and b are forgotten
      expect(await readAll(bus, 'a')).toMatchObject({ last: 1, entries: [{ seq: 1, prev: 0 }], trimmed: false });
      expect(await readAll(bus, 'a', 1)).toMatchObject({ last: 1, entries: [], trimmed: false });
      expect((await bus.positions(['a', 'b', 'c', 'd'])).last).toEqual([1, 2, 3, 4]);
      await appendTo(bus, 'a');
      expect(await readAll(bus, 'a')).toMatchObject({
        last: 5,
        entries: [{ prev: 0 }, { seq: 5, prev: 1 }],
        trimmed: false,
      });
    });

    it('takes a forgotten channel without a log for trimmed up to the greatest number forgotten', async () => {
      const ttlMs = 60;
      const bus = harness.create({ channelsRemembered: 2, retention: { size: 10, ttlMs } });
      await appendTo(bus, 'a', 'b', 'a', 'c', 'd'); // b and then a (3) are forgotten
      await passTo(harness, (await harness.now()) + ttlMs);
      for (const channel of ['a', 'b', 'never']) {
        expect(await readAll(bus, channel)).toMatchObject({ last: 3, entries: [], trimmed: true });
        expect((await readAll(bus, channel, 2)).trimmed).toBe(true);
        expect((await readAll(bus, channel, 3)).trimmed).toBe(false);
      }
      expect((await bus.positions(['a', 'never', 'c', 'd'])).last).toEqual([3, 3, 4, 5]);
      // Its next message may follow any of those.
      await appendTo(bus, 'b');
      expect((await bus.read('b', { kind: 'rewind', count: 1 })).last).toBe(6);
      expect((await readAll(bus, 'b', 2)).trimmed).toBe(true);
    });

    it('forgets the one that was silent for the longest time', async () => {
      const ttlMs = 60;
      const bus = harness.create({ channelsRemembered: 2, retention: { size: 10, ttlMs } });
      await appendTo(bus, 'a', 'b', 'a', 'c'); // b is forgotten
      await passTo(harness, (await harness.now()) + ttlMs);
      expect((await bus.positions(['a', 'b', 'c'])).last).toEqual([3, 2, 4]);
      expect((await readAll(bus, 'b', 2)).trimmed).toBe(false);
    });
  });
}
