import { Recorder } from '../recorder';
import { type BusHarness, passTo, publication, readAll, seqsOf } from './harness';

export function describeIdempotency(harness: BusHarness): void {
  describe('idempotency key', () => {
    it('stores and announces a repeat once, and answers it with the first position', async () => {
      const bus = harness.create();
      const recorder = new Recorder();
      bus.listen(recorder);
      await bus.subscribe('a');
      const first = await bus.append(publication('a', { idempotencyKey: 'k', data: '1' }));
      await bus.append(publication('a', { data: '2' }));
      const repeat = await bus.append(publication('a', { idempotencyKey: 'k', data: '3' }));
      expect(repeat).toEqual({ ...first, duplicate: true });
      const { seq } = await bus.append(publication('a', { data: '4' }));
      await recorder.received(seq);
      expect(recorder.entries.map(({ data }) => data)).toEqual(['1', '2', '4']);
      expect((await readAll(bus, 'a')).entries).toEqual(recorder.entries);
    });

    it('is stored once when two nodes send it many times at once', async () => {
      const bus = harness.create();
      const nodes = [bus, harness.join(bus)];
      const appended = await Promise.all(
        Array.from({ length: 40 }, (_, index) => nodes[index % 2]!.append(publication('a', { idempotencyKey: 'k' }))),
      );
      expect(appended.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(appended.map(({ seq }) => seq)).size).toBe(1);
      expect((await readAll(bus, 'a')).entries).toHaveLength(1);
    });

    it('is of one channel', async () => {
      const bus = harness.create();
      const keys: [channel: string, idempotencyKey: string][] = [
        ['a', 'k'],
        ['b', 'k'],
        ['a', 'b:k'],
        ['a:b', 'k'],
        ['a', ''],
      ];
      for (const [channel, idempotencyKey] of keys) {
        expect(await bus.append(publication(channel, { idempotencyKey }))).toMatchObject({ duplicate: false });
      }
      for (const [index, [channel, idempotencyKey]] of keys.entries()) {
        const repeat = await bus.append(publication(channel, { idempotencyKey }));
        expect(repeat).toMatchObject({ duplicate: true, seq: index + 1 });
      }
    });

    it('is of one owner', async () => {
      const bus = harness.create();
      const keys: [idempotencyKey: string, idempotencyOwner?: string][] = [
        ['k'],
        ['k', ''],
        ['k', 'user:ann'],
        ['k', 'user:bob'],
        ['k', 'client:ann'],
        ['user:ann k'],
        ['ann k', 'user:'],
        ['k","user:ann'],
        ['k', 'user:\u{1f600}'],
        ['k', 'user:\ud83d'],
        ['k', 'user:\ud83e'],
      ];
      const send = ([idempotencyKey, idempotencyOwner]: (typeof keys)[number]) =>
        bus.append(
          publication('a', { idempotencyKey, ...(idempotencyOwner === undefined ? {} : { idempotencyOwner }) }),
        );
      for (const key of keys) expect(await send(key)).toMatchObject({ duplicate: false });
      for (const [index, key] of keys.entries()) {
        expect(await send(key)).toMatchObject({ duplicate: true, seq: index + 1 });
      }
    });

    it('outlives its message', async () => {
      const bus = harness.create({ retention: { size: 1, ttlMs: 600_000 } });
      const first = await bus.append(publication('a', { idempotencyKey: 'k' }));
      await bus.append(publication('a'));
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([2]);
      expect(await bus.append(publication('a', { idempotencyKey: 'k' }))).toEqual({ ...first, duplicate: true });
    });

    it('is forgotten after its time, and not by repeats', async () => {
      const bus = harness.create({ idempotencyTtlMs: 150 });
      const send = () => bus.append(publication('a', { idempotencyKey: 'k' }));
      const before = await harness.now();
      await send();
      let duplicate = true;
      while (duplicate) {
        await harness.tick();
        ({ duplicate } = await send());
        expect(duplicate || (await harness.now()) >= before + 150).toBe(true);
      }
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 2]);
      await passTo(harness, (await harness.now()) + 150);
      expect((await send()).seq).toBe(3);
    });
  });
}
