import { Recorder } from '../recorder';
import { appendMany, appendTo, type BusHarness, publication, readAll, seqsOf } from './harness';

export function describeBatches(harness: BusHarness): void {
  describe('append of many', () => {
    it('stores all in their order, links and announces each, as if they came alone', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      const recorder = new Recorder();
      other.listen(recorder);
      await Promise.all(['a', 'b', 'c'].map((channel) => other.subscribe(channel)));
      await appendTo(bus, 'b'); // 1
      const publications = Array.from({ length: 1000 }, (_, i) =>
        publication('abc'.charAt(i % 3), { data: String(i), ...(i % 2 === 0 ? { user: 'u' } : {}) }),
      );

      const results = await appendMany(bus, publications);

      const { epoch, head } = await bus.positions([]);
      expect(head).toBe(1001);
      expect(results).toEqual(publications.map((_, i) => ({ epoch, seq: i + 2, duplicate: false })));
      await recorder.received(1001);
      const stored = await Promise.all(['a', 'b', 'c'].map((channel) => readAll(bus, channel)));
      const entries = stored.flatMap((page) => page.entries).sort((one, next) => one.seq - next.seq);
      expect(recorder.entries).toEqual(entries);
      expect(entries.slice(1).map(({ data }) => Number(data))).toEqual(publications.map((_, i) => i));
      for (const { trimmed } of stored) expect(trimmed).toBe(false);
    });

    it('stores a repeat once, within the list and after it', async () => {
      const bus = harness.create();
      const keyed = (channel: string, idempotencyKey: string) => publication(channel, { idempotencyKey });
      const first = await bus.append(keyed('a', 'k1')); // 1

      const many = [keyed('a', 'k1'), keyed('a', 'k2'), publication('b'), keyed('a', 'k2'), keyed('b', 'k2')];
      const results = await appendMany(bus, many);

      expect(results.map(({ seq, duplicate }) => [seq, duplicate])).toEqual([
        [first.seq, true],
        [2, false],
        [3, false],
        [2, true],
        [4, false],
      ]);
      expect((await appendMany(bus, many.slice(0, 2))).map(({ duplicate }) => duplicate)).toEqual([true, true]);
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 2]);
    });

    it('stores messages as they are that are like the one before them but for one member', async () => {
      const bus = harness.create();
      const changes = [{ event: 'e' }, { user: 'u' }, { client: 'c' }, { echo: false }, { data: '2' }];
      const parts = changes.flatMap((change) => [{}, change]);
      const publications = parts.flatMap((part) => [publication('a', part), publication('b', part)]);
      await appendMany(bus, publications);
      for (const channel of ['a', 'b'])
        expect((await readAll(bus, channel)).entries).toMatchObject(parts.map((part) => publication(channel, part)));
    });

    it('keeps for each channel what its namespace says', async () => {
      const keep = (size: number) => ({ size, ttlMs: 600_000 });
      const bus = harness.create({ retention: keep(3), namespaces: { short: keep(1) } });
      const channels = ['a', 'short:1', 'short:2', 'b', 'short:3', 'short:4'];
      await appendMany(
        bus,
        [1, 2, 3, 4].flatMap(() => channels.map((channel) => publication(channel))),
      );
      const lengths = channels.map(async (channel) => (await readAll(bus, channel)).entries.length);
      expect(await Promise.all(lengths)).toEqual([3, 1, 1, 3, 1, 1]);
    });

    it('keeps the retention and the limits of channels, message by message', async () => {
      const bus = harness.create({ retention: { size: 2, ttlMs: 600_000 }, channelsRemembered: 2 });
      await bus.appendAll(['a', 'b', 'a', 'a', 'c', 'd'].map((channel) => publication(channel)));
      expect(await readAll(bus, 'a')).toMatchObject({ trimmed: true, last: 4, entries: [{ seq: 3 }, { seq: 4 }] });
      expect((await bus.positions(['a', 'b', 'c', 'never'])).last).toEqual([4, 2, 5, 4]);
    });

    it('takes none, and one message for each of a thousand channels', async () => {
      const bus = harness.create();
      expect(await bus.appendAll([])).toEqual([]);
      const channels = Array.from({ length: 1000 }, (_, i) => `c${i}`);
      const results = await appendMany(
        bus,
        channels.map((channel) => publication(channel)),
      );
      expect((await bus.positions(channels)).last).toEqual(results.map(({ seq }) => seq));
    });
  });
}
