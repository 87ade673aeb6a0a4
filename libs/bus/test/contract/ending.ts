import { END_EVENT } from '@tetracast/message-model';
import type { Bus, Page, Publication } from '../../src';
import { appendTo, type BusHarness, passTo, publication, readAll, readBack, seqsOf } from './harness';

const end = (channel: string, more: Partial<Publication> = {}): Publication =>
  publication(channel, { event: END_EVENT, data: '"bye"', ends: true, ...more });

const ENDED = expect.objectContaining({ code: 'channel_ended' }) as Error;

export function describeEnding(harness: BusHarness): void {
  /** A bus whose history of `a` has expired, after its end at 3. */
  const expired = async (channelsRemembered = 100): Promise<Bus> => {
    const ttlMs = 60;
    const bus = harness.create({ retention: { size: 10, ttlMs }, channelsRemembered });
    await appendTo(bus, 'a', 'a');
    await bus.append(end('a', { user: 'ann' }));
    await passTo(harness, (await harness.now()) + ttlMs);
    return bus;
  };

  describe('the end of a channel', () => {
    it('is a message, after which the channel takes no other', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'b'); // 1, 2
      expect(await bus.append(end('a', { idempotencyKey: 'k' }))).toMatchObject({ seq: 3, duplicate: false });
      await expect(bus.append(publication('a'))).rejects.toEqual(ENDED);
      await expect(bus.append(end('a'))).rejects.toEqual(ENDED);
      expect(await bus.append(end('a', { idempotencyKey: 'k' }))).toMatchObject({ seq: 3, duplicate: true });
      expect(await readAll(bus, 'a')).toMatchObject({
        last: 3,
        entries: [{ seq: 1 }, { seq: 3, prev: 1, event: END_EVENT, data: '"bye"' }],
      });
      expect(await bus.positions(['a', 'b'], true)).toMatchObject({ head: 3, last: [3, 2], ends: [3, 0] });
      expect(await bus.positions(['a'])).toMatchObject({ ends: [] });
    });

    it('refuses the rest of a batch, and nothing of other channels', async () => {
      const bus = harness.create();
      const results = await bus.appendAll([publication('a'), end('a'), publication('a'), publication('b')]);
      expect(results).toMatchObject([{ seq: 1 }, { seq: 2 }, { code: 'channel_ended' }, { seq: 3 }]);
    });

    it('is before or after each publication of other processes, and never both', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      const racing = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? bus : other).append(publication('a')));
      const [ended, ...results] = await Promise.allSettled([bus.append(end('a')), ...racing]);
      const seqs = seqsOf(await readAll(bus, 'a'));
      expect(ended).toMatchObject({ value: { seq: seqs.at(-1) } });
      const stored = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.seq] : []));
      expect([...stored, seqs.at(-1)].sort((one, next) => Number(one) - Number(next))).toEqual(seqs);
      const refused = results.filter(({ status }) => status === 'rejected');
      expect(refused).toEqual(refused.map(() => ({ status: 'rejected', reason: ENDED })));
    });

    it.each([100, 1])('is read when the history is gone, with %p channels remembered', async (channelsRemembered) => {
      const bus = await expired(channelsRemembered);
      await appendTo(bus, 'b', 'c'); // 4, 5: with one remembered, a is forgotten
      for (const seq of [0, 1]) {
        expect(await readAll(bus, 'a', seq)).toMatchObject({
          last: 3,
          trimmed: true,
          more: false,
          entries: [{ seq: 3, event: END_EVENT, data: '"bye"' }],
        });
      }
      expect(await readAll(bus, 'a', 2)).toMatchObject({ trimmed: false, entries: [{ seq: 3, prev: 2 }] });
      expect(await readAll(bus, 'a', 3)).toMatchObject({ last: 3, trimmed: false, more: false, entries: [] });
      expect(await readBack(bus, 'a')).toMatchObject({ more: false, entries: [{ seq: 3 }] });
      expect((await bus.read('a', { kind: 'rewind', count: 5 })).entries).toMatchObject([{ seq: 3 }]);
      expect(await bus.positions(['a'], true)).toMatchObject({ last: [3], ends: [3] });
      await expect(bus.append(publication('a'))).rejects.toEqual(ENDED);
    });

    it('is forgotten in the end', async () => {
      const ttlMs = 60;
      const bus = harness.create({ retention: { size: 10, ttlMs }, endTtlMs: 2 * ttlMs });
      await bus.append(end('a'));
      await passTo(harness, (await harness.now()) + 2 * ttlMs);
      expect(await readAll(bus, 'a')).toMatchObject({ trimmed: true, entries: [] });
      expect(await bus.append(publication('a'))).toMatchObject({ seq: 2 });
    });
  });

  describe('the channel is open again', () => {
    it.each([
      ['stored', () => harness.create()],
      ['kept beside the history', () => expired()],
    ])('after its end is deleted, while it is %s', async (_, create) => {
      const bus = await create();
      const { epoch, ends } = await bus.positions(['a'], true);
      const seq = ends[0] === 0 ? (await bus.append(end('a'))).seq : (ends[0] as number);
      expect(await bus.deleteMessage('a', { epoch, seq })).toBe(true);
      expect(await bus.deleteMessage('a', { epoch, seq })).toBe(false);
      expect((await bus.positions(['a'], true)).ends).toEqual([0]);
      const { seq: next } = await bus.append(publication('a'));
      expect(next).toBeGreaterThan(seq);
    });

    it('after all its history is deleted', async () => {
      const bus = await expired();
      expect(await bus.deleteChannel('a')).toBe(1);
      expect(await bus.append(publication('a'))).toMatchObject({ seq: 5 });
    });

    it('after the messages of the user who ended it are deleted', async () => {
      const bus = await expired();
      await bus.append(end('b', { user: 'ann' }));
      expect(await bus.deleteUserMessages('ann')).toBe(2);
      expect((await bus.positions(['a', 'b'], true)).ends).toEqual([0, 0]);
    });

    it('and stays ended when other messages of it are deleted', async () => {
      /** What readers see once a notice of a deletion is all that has not expired; nothing if something expired too early. */
      const noticeAlone = async (ttlMs: number): Promise<readonly Pick<Page, 'entries'>[] | undefined> => {
        const bus = harness.create({ retention: { size: 10, ttlMs } });
        const start = await harness.now();
        const { epoch } = await bus.append(publication('a')); // 1
        await bus.append(end('a')); // 2
        const endBy = await harness.now();
        await passTo(harness, start + ttlMs / 2);
        const noticeFrom = await harness.now();
        const isDeleted = await bus.deleteMessage('a', { epoch, seq: 1 }); // 3
        const noticeTo = await harness.now();
        if (noticeTo >= start + ttlMs) return undefined;
        expect(isDeleted).toBe(true);
        await expect(bus.append(publication('a'))).rejects.toEqual(ENDED);
        await passTo(harness, endBy + ttlMs);
        const pages = [
          await readAll(bus, 'a'),
          await readBack(bus, 'a'),
          await bus.read('a', { kind: 'rewind', count: 2 }),
          await bus.read('a', { kind: 'rewind', count: 1 }),
        ];
        return (await harness.now()) < noticeFrom + ttlMs ? pages : undefined;
      };
      let [pages, ttlMs] = [await noticeAlone(400), 400];
      while (pages === undefined) pages = await noticeAlone((ttlMs *= 2));
      expect(pages.map(seqsOf)).toEqual([[2, 3], [3, 2], [2], [3]]);
    });
  });

  describe('a message that needs a channel', () => {
    it('is stored only where something was published', async () => {
      const bus = harness.create();
      const unknown = expect.objectContaining({ code: 'not_found' }) as Error;
      await expect(bus.append(publication('a', { needsChannel: true }))).rejects.toEqual(unknown);
      expect(await readAll(bus, 'a')).toMatchObject({ head: 0, entries: [] });
      await appendTo(bus, 'a');
      const once = publication('a', { needsChannel: true, idempotencyKey: 'k' });
      expect(await bus.append(once)).toMatchObject({ seq: 2, duplicate: false });
      expect(await bus.append(once)).toMatchObject({ seq: 2, duplicate: true });
      await bus.append(end('a'));
      await expect(bus.append(once)).rejects.toEqual(ENDED);
    });

    it('may have an idempotency key with a lifetime of its own', async () => {
      const bus = harness.create();
      const once = publication('a', { idempotencyKey: 'k', idempotencyTtlMs: 60 });
      await bus.append(once);
      expect(await bus.append(once)).toMatchObject({ seq: 1, duplicate: true });
      await passTo(harness, (await harness.now()) + 60);
      expect(await bus.append(once)).toMatchObject({ seq: 2, duplicate: false });
    });
  });
}
