import { FaultyBus } from '@tetracast/bus/testing';
import fc from 'fast-check';
import { HubFixture, turn } from '../hub-fixture';

describe('a deleted message', () => {
  it('is named to live subscribers, and is in no replay, from the window or from the log', async () => {
    for (const windowLimits of [
      { messages: 256, bytes: 1e6 },
      { messages: 1, bytes: 1e6 },
    ]) {
      await using fixture = new HubFixture({ windowLimits });
      const live = await fixture.join(['news']);
      const ids = await fixture.publishAll('news', 1, 4);
      await live.sink.received(4);

      expect(await fixture.hub.history.deleteMessage('news', ids[1]!)).toBe(true);

      await live.sink.received(5);
      expect(live.sink.messages.at(-1)).toMatchObject({ event: 'tetracast:deleted', data: { id: ids[1] } });
      const late = await fixture.join(['news'], { kind: 'after', cursor: ids[0]! });
      await late.sink.received(3);
      expect(late.sink.story).toEqual([3, 4, { id: ids[1] }]);
      const last = await fixture.join(['news'], { kind: 'after', cursor: ids[1]! });
      await last.sink.received(3);
      expect(last.sink.story).toEqual([3, 4, { id: ids[1] }]);
    }
  });

  it('leaves the window of a process that missed the announcement', async () => {
    await using fixture = new HubFixture({ compareMs: Infinity });
    await fixture.join(['news']);
    const ids = await fixture.publishAll('news', 1, 3);
    await turn();
    fixture.bus.losesAnnouncements = true;
    await fixture.hub.history.deleteMessage('news', ids[1]!);
    fixture.bus.losesAnnouncements = false;
    await fixture.hub.channelRegistry.compare();
    await turn();
    const reads = fixture.bus.reads;

    const { sink } = await fixture.join(['news'], { kind: 'after', cursor: ids[0]! });
    await sink.received(2);

    expect([sink.story, fixture.bus.reads]).toEqual([[3, { id: ids[1] }], reads]);
  });

  it('does not come back into the window with a page that was read before', async () => {
    await using fixture = new HubFixture();
    const ids = await fixture.publishAll('news', 1, 3);
    await fixture.join(['news']);
    await fixture.publish('news', 4);
    await turn();
    const held = fixture.bus.holdNextAnswer();
    const joining = fixture.join(['news'], { kind: 'earliest' });
    const release = await held;
    await fixture.hub.history.deleteMessage('news', ids[1]!);
    await turn();
    release();
    await joining;

    const { sink } = await fixture.join(['news'], { kind: 'earliest' });
    await sink.received(4);
    expect(sink.story).toEqual([1, 3, 4, { id: ids[1] }]);
  });

  it.each(['no cursor', 'other-1', ''])('is not found by the id %j', async (id) => {
    await using fixture = new HubFixture();
    await fixture.publish('news', 1);
    expect(await fixture.hub.history.deleteMessage('news', id)).toBe(false);
  });
});

describe('a deleted channel', () => {
  it('resets every subscriber, live or late, and goes on', async () => {
    await using fixture = new HubFixture();
    const live = await fixture.join(['news', 'other']);
    const ids = await fixture.publishAll('news', 1, 3);
    await live.sink.received(3);

    expect(await fixture.hub.history.deleteChannel('news')).toBe(3);
    await live.sink.received(4);
    const late = await fixture.join(['news'], { kind: 'after', cursor: ids[0]! });
    await fixture.publish('news', 4);
    await Promise.all([live.sink.received(5), late.sink.received(2)]);

    expect(live.sink.story).toEqual([1, 2, 3, 'trimmed', 4]);
    expect(live.sink.resets[0]?.channels).toEqual(['news']);
    expect(late.sink.story).toEqual(['trimmed', 4]);
    const again = await fixture.join(['news'], { kind: 'after', cursor: live.sink.resets[0]!.cursor });
    await again.sink.received(1);
    expect(again.sink.story).toEqual([4]);
    const first = await fixture.join(['news'], { kind: 'earliest' });
    await first.sink.received(1);
    expect(first.sink.story).toEqual([4]);
  });

  it('leaves the window of a process that missed the announcement', async () => {
    await using fixture = new HubFixture({ compareMs: Infinity });
    const { sink } = await fixture.join(['news']);
    await fixture.publishAll('news', 1, 3);
    await sink.received(3);
    fixture.bus.losesAnnouncements = true;
    await fixture.hub.history.deleteChannel('news');
    fixture.bus.losesAnnouncements = false;
    await fixture.hub.channelRegistry.compare();
    await sink.received(4);
    expect(sink.story).toEqual([1, 2, 3, 'trimmed']);
    expect((await fixture.join(['news'], { kind: 'earliest' })).sink.story).toEqual([]);
  });
});

it("deletes a user's messages in all channels, and lists what is left", async () => {
  await using fixture = new HubFixture();
  const message = { event: 'message', data: '1', echo: true };
  await fixture.hub.publishAll([
    { ...message, channel: 'a', user: 'ann' },
    { ...message, channel: 'b' },
    { ...message, channel: 'b', user: 'ann' },
    { ...message, channel: '$ours', user: 'bob' },
  ]);
  expect(await fixture.hub.history.deleteUserMessages('ann')).toBe(2);
  const { channels } = await fixture.hub.history.listChannels({ prefix: '', limit: 10 });
  await expect(fixture.hub.history.listChannels({ prefix: '', limit: 10, page: 'x' })).rejects.toThrow(/"page"/);
  expect(channels).toMatchObject([
    { channel: 'a', messages: 1 },
    { channel: 'b', messages: 2 },
  ]);
});

describe('a message that the log has dropped, and a window still has', () => {
  const retention = { size: 2, ttlMs: 600_000 };

  /** Four messages of ann, of which the log has two; a reader after the first has the other one from the window. */
  async function publishFour(fixture: HubFixture): Promise<string[]> {
    await fixture.join(['news']);
    const message = { channel: 'news', event: 'message', echo: true, user: 'ann' };
    const stored = await fixture.hub.publishAll([1, 2, 3, 4].map((n) => ({ ...message, data: String(n) })));
    await turn();
    const ids = stored.map((each) => (each as { id: string }).id);
    const { sink } = await fixture.join(['news'], { kind: 'after', cursor: ids[0]! });
    expect(sink.story).toEqual([2, 3, 4]);
    return ids;
  }

  const storyAfter = async (fixture: HubFixture, cursor: string): Promise<unknown[]> =>
    (await fixture.join(['news'], { kind: 'after', cursor })).sink.story;

  it('leaves it when it is deleted', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention }));
    const ids = await publishFour(fixture);
    expect(await fixture.hub.history.deleteMessage('news', ids[1]!)).toBe(false);
    expect(await storyAfter(fixture, ids[0]!)).toEqual(['trimmed', 3, 4]);
  });

  it('leaves it when the messages of its user are deleted', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention }));
    const ids = await publishFour(fixture);
    expect(await fixture.hub.history.deleteUserMessages('ann')).toBe(2);
    expect(await storyAfter(fixture, ids[0]!)).toEqual(['trimmed', { id: ids[2] }, { id: ids[3] }]);
  });

  it.each([
    ['missed the announcement', false, false],
    ['was cut off', true, false],
    ['missed the announcement, and hears the next one', false, true],
  ])('leaves the window of a process that %s', async (_, isCut, hearsNext) => {
    await using fixture = new HubFixture({ compareMs: Infinity }, new FaultyBus({ retention }));
    const ids = await publishFour(fixture);
    if (isCut) fixture.bus.interrupt();
    else fixture.bus.losesAnnouncements = true;
    await fixture.hub.history.deleteMessage('news', ids[1]!);
    if (isCut) fixture.bus.restore();
    else fixture.bus.losesAnnouncements = false;
    if (hearsNext) await fixture.hub.history.deleteMessage('other', ids[1]!);
    else await fixture.hub.channelRegistry.compare();
    expect(await storyAfter(fixture, ids[0]!)).toEqual(['trimmed', 3, 4]);
  });

  it('does not come back with announcements that waited while the channel opened', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention }));
    const before = await fixture.publish('other', 0);
    const held = fixture.bus.holdNextAnswer();
    const joining = fixture.join(['news']);
    const release = await held;
    const ids = await fixture.publishAll('news', 1, 3);
    await fixture.hub.history.deleteMessage('news', ids[0]!);
    release();
    await joining;
    expect(await storyAfter(fixture, before)).toEqual(['trimmed', 2, 3]);
  });

  it('does not come back into the window with a page that was read before', async () => {
    const bus = new FaultyBus({ retention: { size: 3, ttlMs: 600_000 } });
    await using fixture = new HubFixture({ compareMs: Infinity }, bus);
    const live = await fixture.join(['news']);
    bus.losesAnnouncements = true;
    const ids = await fixture.publishAll('news', 1, 2);
    const held = bus.holdNextAnswer();
    bus.losesAnnouncements = false;
    // This one shows the gap: the channel reads the log, which drops the first two before the answer arrives.
    ids.push(await fixture.publish('news', 3));
    const release = await held;
    ids.push(...(await fixture.publishAll('news', 4, 5)));
    await fixture.hub.history.deleteMessage('news', ids[0]!);
    release();
    await live.sink.received(4);
    expect(live.sink.story).toEqual(['trimmed', 3, 4, 5]);
  });

  it('leaves readers at the end undisturbed, and costs them no read', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention }));
    const { sink } = await fixture.join(['news']);
    const ids = await fixture.publishAll('news', 1, 4);
    await sink.received(4);
    const { reads } = fixture.bus;
    await fixture.hub.history.deleteMessage('news', ids[0]!);
    await fixture.publish('news', 5);
    await sink.received(5);
    expect([sink.story, fixture.bus.reads]).toEqual([[1, 2, 3, 4, 5], reads]);
  });
});

/** What a client shows that removes what a notice names, and clears its page at a reset and loads it again. */
function shownBy(story: readonly unknown[], ids: ReadonlyMap<string, number>): number[] {
  let shown: number[] = [];
  for (const one of story) {
    if (typeof one === 'number') shown.push(one);
    else if (typeof one === 'string') shown = [];
    else shown = shown.filter((n) => n !== ids.get((one as { id: string }).id));
  }
  return shown;
}

it('ends for every subscriber with what is stored, whatever is published, deleted and lost', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('publish' as const) },
    { weight: 2, arbitrary: fc.record({ delete: fc.nat(30) }) },
    fc.constantFrom('clear' as const, 'join' as const, 'turn' as const, 'deafen' as const, 'hear' as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(2), async (steps, lagTurns) => {
      const bus = new FaultyBus();
      bus.lagTurns = lagTurns;
      await using fixture = new HubFixture({ windowLimits: { messages: 4, bytes: 1e6 } }, bus);
      const ids = new Map<string, number>();
      const answers: [answer: boolean, wanted: boolean][] = [];
      let stored: number[] = [];
      const readers = [await fixture.join(['news'])];
      for (const [n, one] of steps.entries()) {
        if (one === 'publish') {
          ids.set(await fixture.publish('news', n), n);
          stored.push(n);
        } else if (one === 'clear') {
          await fixture.hub.history.deleteChannel('news');
          stored = [];
        } else if (one === 'join') readers.push(await fixture.join(['news'], { kind: 'earliest' }));
        else if (one === 'turn') await turn();
        else if (typeof one === 'string') bus.losesAnnouncements = one === 'deafen';
        else {
          const [id, deleted] = [...ids][one.delete] ?? ['none', -1];
          answers.push([await fixture.hub.history.deleteMessage('news', id), stored.includes(deleted)]);
          stored = stored.filter((message) => message !== deleted);
        }
      }
      for (const [answer, wanted] of answers) expect(answer).toBe(wanted);
      bus.losesAnnouncements = false;
      await turn();
      await fixture.hub.channelRegistry.compare();
      const end = steps.length;
      ids.set(await fixture.publish('news', end), end);
      for (const { sink } of readers) {
        while (!sink.data.includes(end)) await turn();
        expect(shownBy(sink.story, ids)).toEqual([...stored, end]);
      }
    }),
    { numRuns: 100 },
  );
});
