import { NEWEST } from '@tetracast/bus';
import { FaultyBus } from '@tetracast/bus/testing';
import { decodeCursor, encodeCursor } from '@tetracast/message-model';
import fc from 'fast-check';
import type { HistoryPage, HistoryQuery, Hub } from '../src';
import { HubFixture } from './hub-fixture';

/** All pages of a query, from its bounds on. */
async function pagesOf(hub: Hub, channel: string, query: HistoryQuery): Promise<HistoryPage[]> {
  const pages: HistoryPage[] = [];
  for (let next = query; ;) {
    const page = await hub.history.read(channel, next);
    pages.push(page);
    if (!page.more) return pages;
    next = { ...query, [query.order === 'asc' ? 'after' : 'before']: page.cursor };
  }
}

function dataOf(pages: HistoryPage | readonly HistoryPage[]): unknown[] {
  return [pages].flat().flatMap(({ messages }) => messages.map(({ data }) => JSON.parse(data) as unknown));
}

describe('history', () => {
  it('has the messages as they are sent, oldest or newest first', async () => {
    await using fixture = new HubFixture();
    const ids = await fixture.publishAll('news', 1, 3);
    await fixture.publish('other', 9);

    const page = await fixture.hub.history.read('news', { limit: 2, order: 'asc' });

    expect(page).toMatchObject({ more: true, cursor: ids[1] });
    expect(page.messages).toMatchObject([
      { id: ids[0], channel: 'news', event: 'message', data: '1' },
      { id: ids[1], channel: 'news', event: 'message', data: '2' },
    ]);
    const newest = await fixture.hub.history.read('news', { limit: 2, order: 'desc' });
    expect([dataOf(newest), newest.more, newest.cursor]).toEqual([[3, 2], true, ids[1]]);
  });

  it('ends with a cursor from which a subscription goes on without a gap', async () => {
    await using fixture = new HubFixture();
    await fixture.publishAll('news', 1, 3);
    await fixture.publish('other', 9);
    const { cursor, more } = await fixture.hub.history.read('news', { limit: 10, order: 'asc' });
    const none = await fixture.hub.history.read('never', { limit: 10, order: 'desc' });
    await fixture.publish('news', 4);
    expect([more, none.more, none.messages]).toEqual([false, false, []]);
    for (const after of [cursor, none.cursor]) {
      const { sink } = await fixture.join(['news'], { kind: 'after', cursor: after });
      await sink.received(1);
      expect(sink.story).toEqual([4]);
    }
  });

  it.each(['asc', 'desc'] as const)('is bounded in bytes, %s', async (order) => {
    await using fixture = new HubFixture({ resumeLimits: { messages: 256, bytes: 1000, channels: 8 } });
    await fixture.publish('news', 'x'.repeat(2000));
    await fixture.publish('news', 'y'.repeat(2000));
    const pages = await pagesOf(fixture.hub, 'news', { limit: 100, order });
    expect(pages.map(({ messages }) => messages.length)).toEqual([1, 1]);
  });

  it('in pages is what lies between the bounds, both ways, whatever is published and deleted', async () => {
    const bound = fc.option(fc.nat(40), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom('news', 'other') }, fc.nat(40)), { maxLength: 40 }),
        bound,
        bound,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('asc' as const, 'desc' as const),
        async (steps, after, before, limit, order) => {
          await using fixture = new HubFixture();
          const { hub } = fixture;
          const { epoch } = await fixture.bus.positions([]);
          const answers: [answer: boolean, wanted: boolean][] = [];
          let head = 0;
          let model: { seq: number; data: unknown }[] = [];
          for (const step of steps) {
            const isDeleted = typeof step === 'number' && model.some(({ seq, data }) => seq === step && data === seq);
            if (typeof step === 'string') {
              await fixture.publish(step, ++head);
              if (step === 'news') model.push({ seq: head, data: head });
            } else {
              const id = encodeCursor({ epoch, seq: step });
              answers.push([await hub.history.deleteMessage('news', id), isDeleted]);
              if (isDeleted) model = [...model.filter(({ seq }) => seq !== step), { seq: ++head, data: { id } }];
            }
          }
          for (const [answer, wanted] of answers) expect(answer).toBe(wanted);
          const cursorOf = (seq: number): string => encodeCursor({ epoch, seq: Math.min(seq, head) });
          const [from, to] = [
            Math.min(after ?? 0, head),
            Math.min(before ?? NEWEST, before === undefined ? NEWEST : head),
          ];
          const wanted = model.filter(({ seq }) => seq > from && seq < to).map(({ data }) => data);

          const pages = await pagesOf(hub, 'news', {
            limit,
            order,
            ...(after === undefined ? {} : { after: cursorOf(after) }),
            ...(before === undefined ? {} : { before: cursorOf(before) }),
          });

          expect(dataOf(pages)).toEqual(order === 'asc' ? wanted : wanted.reverse());
          for (const { messages, reset } of pages) {
            expect(messages.length).toBeLessThanOrEqual(limit);
            expect(reset).toBeUndefined();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a history that is not whole', () => {
  const settings = { retention: { size: 3, ttlMs: 600_000 } };

  it.each(['asc', 'desc'] as const)('says so to a reader from a cursor, %s, and to no other', async (order) => {
    await using fixture = new HubFixture({}, new FaultyBus(settings));
    const ids = await fixture.publishAll('news', 1, 6);
    const read = async (after?: string) =>
      pagesOf(fixture.hub, 'news', { limit: 2, order, ...(after === undefined ? {} : { after }) });
    const resetOf = (pages: HistoryPage[]) => pages.map(({ reset }) => reset?.reason).filter(Boolean);

    expect(resetOf(await read())).toEqual([]);
    expect(resetOf(await read(ids[2]))).toEqual([]);
    expect(resetOf(await read(ids[1]))).toEqual(['trimmed']);
    const { cursor, reset } = await fixture.hub.history.read('news', { limit: 9, order, after: ids[0]! });
    expect(reset).toEqual({ channels: ['news'], reason: 'trimmed', cursor });
  });

  it.each([
    ['epoch', 'other-2', [1, 2, 3]],
    ['ahead', 'ahead', [1, 2, 3]],
    ['invalid', 'no cursor', []],
  ])('begins as a subscription would after a cursor of the kind %s', async (reason, given, data) => {
    await using fixture = new HubFixture();
    const [id = ''] = await fixture.publishAll('news', 1, 3);
    const bad = given === 'ahead' ? encodeCursor({ epoch: decodeCursor(id)!.epoch, seq: 99 }) : given;

    const forth = await fixture.hub.history.read('news', { limit: 9, order: 'asc', after: bad });
    const back = await fixture.hub.history.read('news', { limit: 9, order: 'desc', before: bad });

    expect([dataOf(forth), forth.reset?.reason]).toEqual([data, reason]);
    expect([dataOf(back), back.reset?.reason]).toEqual([[...data].reverse(), reason]);
  });
});

describe('many publications at once', () => {
  it('are stored in their order, counted, and reach a subscriber in one write', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a', 'b']);
    const results = await fixture.hub.publishAll(
      Array.from({ length: 100 }, (_, i) => {
        return { channel: i % 3 === 0 ? 'b' : 'a', event: 'message', data: String(i), echo: true };
      }),
    );
    await sink.received(100);
    expect(sink.data).toEqual(results.map((_, i) => i));
    expect(sink.messages.map(({ id }) => id)).toEqual(results.map(({ id }) => id));
    expect(sink.writes).toHaveLength(1);
    expect(fixture.hub.stats.published).toBe(100);
  });
});
