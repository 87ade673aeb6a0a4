import type { Bus } from '../../src';
import { Recorder } from '../recorder';
import { appendTo, type BusHarness, publication, readAll, readBack, seqsOf } from './harness';

const LONG_MS = 600_000;

async function deleteSeq(bus: Bus, channel: string, seq: number): Promise<boolean> {
  const { epoch } = await bus.positions([]);
  return bus.deleteMessage(channel, { epoch, seq });
}

async function listenTo(bus: Bus, ...channels: string[]): Promise<Recorder> {
  const recorder = new Recorder();
  bus.listen(recorder);
  await Promise.all(channels.map((channel) => bus.subscribe(channel)));
  return recorder;
}

export function describeDeleting(harness: BusHarness): void {
  describe('deletion of a message', () => {
    it('removes it and appends a message that names it', async () => {
      const bus = harness.create();
      const recorder = await listenTo(harness.join(bus), 'a');
      await appendTo(bus, 'a', 'b', 'a', 'a'); // a: 1, 3, 4

      expect(await deleteSeq(bus, 'a', 3)).toBe(true);

      const { epoch } = await bus.positions([]);
      const notice = { seq: 5, prev: 4, event: 'tetracast:deleted', data: `{"id":"${epoch}-3"}`, echo: true };
      const page = await readAll(bus, 'a');
      expect(page).toMatchObject({ head: 5, last: 5, trimmed: false, more: false });
      expect(page.entries).toMatchObject([{ seq: 1, prev: 0 }, { seq: 4, prev: 1 }, notice]);
      expect(seqsOf(await readBack(bus, 'a'))).toEqual([5, 4, 1]);
      await recorder.received(5);
      expect(recorder.entries.at(-1)).toEqual(page.entries.at(-1));
    });

    it('trims no position, whichever messages go in whichever order', async () => {
      for (const order of [
        [2, 3, 4],
        [4, 3, 2],
        [2, 4, 3],
        [1, 2],
        [5, 4],
        [3, 1, 2, 5, 4],
      ]) {
        const bus = harness.create();
        await appendTo(bus, 'a', 'a', 'a', 'a', 'a');
        for (const seq of order) expect(await deleteSeq(bus, 'a', seq)).toBe(true);
        const stored = [1, 2, 3, 4, 5].filter((seq) => !order.includes(seq)).concat(order.map((_, i) => 6 + i));
        for (let seq = 0; seq <= 5; seq++) {
          const page = await readAll(bus, 'a', seq);
          expect([seq, seqsOf(page), page.trimmed]).toEqual([seq, stored.filter((one) => one > seq), false]);
          expect(page.entries.slice(1).map(({ prev }) => prev)).toEqual(seqsOf(page).slice(0, -1));
          expect(page.entries[0]?.prev).toBeLessThanOrEqual(seq);
        }
        await bus.close();
      }
    });

    it('still shows that messages before it are no longer stored', async () => {
      const bus = harness.create({ retention: { size: 4, ttlMs: LONG_MS } });
      await appendTo(bus, 'a', 'a', 'a', 'a', 'a'); // 2 to 5
      await deleteSeq(bus, 'a', 3); // 2 is trimmed by the notice, 6
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([4, 5, 6]);
      const trimmed = async (seq: number) => (await readAll(bus, 'a', seq)).trimmed;
      expect(await Promise.all([0, 1, 2, 3].map(trimmed))).toEqual([true, true, false, false]);
    });

    it('refuses what is not there: another number, another epoch, another channel, a second time, a notice', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'b', 'a');
      expect(await deleteSeq(bus, 'a', 2)).toBe(false);
      expect(await deleteSeq(bus, 'a', 9)).toBe(false);
      expect(await deleteSeq(bus, 'never', 1)).toBe(false);
      expect(await bus.deleteMessage('a', { epoch: 'other', seq: 1 })).toBe(false);
      expect(await deleteSeq(bus, 'a', 1)).toBe(true);
      expect(await deleteSeq(bus, 'a', 1)).toBe(false);
      expect(await deleteSeq(bus, 'a', 4)).toBe(false);
      expect(seqsOf(await readAll(bus, 'a'))).toEqual([3, 4]);
    });

    it('leaves an idempotency key known', async () => {
      const bus = harness.create();
      const keyed = publication('a', { idempotencyKey: 'k' });
      await bus.append(keyed);
      await deleteSeq(bus, 'a', 1);
      expect(await bus.append(keyed)).toMatchObject({ seq: 1, duplicate: true });
    });
  });

  describe('deletion of a channel', () => {
    it('leaves nothing, trims every position before it, and goes on with the numbers', async () => {
      const bus = harness.create();
      const recorder = await listenTo(harness.join(bus), 'a');
      await appendTo(bus, 'a', 'b', 'a'); // a: 1, 3
      await deleteSeq(bus, 'a', 1); // 4

      expect(await bus.deleteChannel('a')).toBe(2); // 5

      expect(await readAll(bus, 'a')).toMatchObject({ head: 5, last: 5, entries: [], trimmed: true, more: false });
      expect((await readAll(bus, 'a', 4)).trimmed).toBe(true);
      expect((await readAll(bus, 'a', 5)).trimmed).toBe(false);
      expect(await readBack(bus, 'a')).toMatchObject({ entries: [], more: false });
      await recorder.received(5);
      expect(recorder.entries.at(-1)).toMatchObject({ seq: 5, prev: 5, channel: 'a' });
      await appendTo(bus, 'a');
      expect(await readAll(bus, 'a', 5)).toMatchObject({ entries: [{ seq: 6, prev: 5 }], trimmed: false });
      expect((await readAll(bus, 'b')).entries).toHaveLength(1);
    });

    it('takes no number for a channel that never had a message', async () => {
      const bus = harness.create();
      await appendTo(bus, 'b');
      expect(await bus.deleteChannel('a')).toBe(0);
      expect((await bus.positions(['a'])).head).toBe(1);
    });
  });

  describe("deletion of a user's messages", () => {
    it('removes all of this user, in every channel, and no other', async () => {
      const bus = harness.create();
      const users = ['ann', 'bob', 'ann"', 'a', undefined, 'ünal\n'];
      const publications = Array.from({ length: 240 }, (_, i) => {
        const user = users[i % users.length];
        return publication(`c${i % 7}`, {
          data: JSON.stringify({ user: 'ann', text: '"user":"ann"' }),
          ...(user === undefined ? { client: '"user":"ann"' } : { user }),
        });
      });
      await bus.appendAll(publications);
      const recorder = await listenTo(harness.join(bus), 'c0');

      expect(await bus.deleteUserMessages('ann')).toBe(40);

      const pages = await Promise.all(Array.from({ length: 7 }, (_, i) => readAll(bus, `c${i}`)));
      const entries = pages.flatMap((page) => page.entries);
      const left = entries.filter(({ event }) => event === 'message');
      expect(left.map(({ seq }) => seq).sort((one, next) => one - next)).toEqual(
        publications.flatMap(({ user }, i) => (user === 'ann' ? [] : [i + 1])),
      );
      for (const { trimmed } of pages) expect(trimmed).toBe(false);
      const { epoch, last } = await bus.positions(['c0']);
      const deleted = publications.flatMap(({ user, channel }, i) =>
        user === 'ann' && channel === 'c0' ? [i + 1] : [],
      );
      await recorder.received(last[0]!);
      expect(recorder.entries.map(({ data }) => data)).toEqual(deleted.map((seq) => `{"id":"${epoch}-${seq}"}`));
      expect(await bus.deleteUserMessages('ann')).toBe(0);
      expect(await bus.deleteUserMessages('ünal\n')).toBe(40);
    });

    it('finds the messages of a channel whose last number is forgotten', async () => {
      const bus = harness.create({ channelsRemembered: 1 });
      await bus.append(publication('a', { user: 'ann' }));
      await appendTo(bus, 'b', 'c');
      expect(await bus.deleteUserMessages('ann')).toBe(1);
      expect(await readAll(bus, 'a')).toMatchObject({ entries: [{ seq: 4, event: 'tetracast:deleted' }] });
    });
  });
}
