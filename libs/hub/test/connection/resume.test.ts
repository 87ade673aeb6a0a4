import { cursorAfter } from '@tetracast/message-model';
import { HubFixture, range, turn } from '../hub-fixture';
import { FaultyBus } from '@tetracast/bus/testing';
import { RecordingSink } from '../recording-sink';

const after = (cursor: string) => ({ kind: 'after', cursor }) as const;

describe('where a subscription begins', () => {
  it('now: nothing of before', async () => {
    await using fixture = new HubFixture();
    await fixture.publish('news', 'old');
    const { sink } = await fixture.join(['news']);
    await fixture.publish('news', 'new');
    await turn();
    expect(sink.data).toEqual(['new']);
  });

  it('earliest: all that is stored, without a reset, also when older messages are gone', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention: { size: 10, ttlMs: 60_000 } }));
    await fixture.publishAll('news', 1, 25);
    const { sink } = await fixture.join(['news'], { kind: 'earliest' });
    expect(sink.story).toEqual(range(16, 25));
  });

  it.each([0, 1, 3, 5, 9])('rewind %i: that many at the most', async (count) => {
    await using fixture = new HubFixture();
    await fixture.publishAll('news', 1, 5);
    const { sink } = await fixture.join(['news'], { kind: 'rewind', count });
    await fixture.publish('news', 6);
    await turn();
    expect(sink.story).toEqual(range(Math.max(1, 6 - count), 6));
  });

  it('after a cursor: exactly what follows, from any message, over any number of pages', async () => {
    await using fixture = new HubFixture();
    const ids = await fixture.publishAll('news', 1, 900);
    for (const at of [1, 255, 256, 257, 899, 900]) {
      const { sink } = await fixture.join(['news'], after(ids[at - 1] as string));
      await sink.received(900 - at);
      expect(sink.data).toEqual(range(at + 1, 900));
    }
  });

  it('after a cursor taken in another channel: all of this one since that moment', async () => {
    await using fixture = new HubFixture();
    await fixture.publish('news', 'before');
    const cursor = await fixture.publish('sport', 'elsewhere');
    await fixture.publish('news', 'since');
    const { sink } = await fixture.join(['news'], after(cursor));
    expect(sink.data).toEqual(['since']);
  });

  it('several channels after one cursor: merged in the order of the log', async () => {
    await using fixture = new HubFixture();
    const cursor = await fixture.publish('a', 0);
    for (const n of range(1, 700)) await fixture.publish(n % 3 === 0 ? 'a' : 'b', n);
    const { sink } = await fixture.join(['a', 'b'], after(cursor));
    await sink.received(700);
    expect(sink.data).toEqual(range(1, 700));
  });

  it('a channel that joins later gets its past and the present without a gap', async () => {
    await using fixture = new HubFixture();
    const cursor = await fixture.publish('a', 0);
    await fixture.publishAll('b', 1, 5);
    const { sink, connection } = await fixture.join(['a']);
    await connection.subscribe(['b'], after(cursor));
    await fixture.publish('a', 6);
    await fixture.publish('b', 7);
    await sink.received(7);
    expect(sink.data).toEqual(range(1, 7));
  });

  it('loses and doubles nothing when messages come in while it catches up', async () => {
    await using fixture = new HubFixture();
    const [first] = await fixture.publishAll('news', 1, 600);
    const joined = fixture.join(['news'], after(first as string));
    const publishing = fixture.publishAll('news', 601, 1200);
    const { sink } = await joined;
    await publishing;
    await sink.received(1199);
    await turn();
    expect(sink.data).toEqual(range(2, 1200));
  });

  it('reads the log once for all connections that resume at the same position, and not at all when the window holds it', async () => {
    await using fixture = new HubFixture();
    const ids = await fixture.publishAll('news', 1, 50);
    const cursor = ids[9] as string;
    await Promise.all(range(1, 40).map(() => fixture.join(['news'], after(cursor))));
    expect(fixture.bus.reads).toBe(1);
    const { sink } = await fixture.join(['news'], after(cursor));
    expect(sink.data).toEqual(range(11, 50));
    expect(fixture.bus.reads).toBe(1);
  });
});

describe('resets', () => {
  it('trimmed: one reset, then what is stored', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention: { size: 10, ttlMs: 60_000 } }));
    const ids = await fixture.publishAll('news', 1, 25);
    const { sink } = await fixture.join(['news'], after(ids[0] as string));
    expect(sink.story).toEqual(['trimmed', ...range(16, 25)]);
    expect(sink.resets[0]?.channels).toEqual(['news']);
    const again = await fixture.join(['news'], after(sink.resets[0]?.cursor as string));
    expect(again.sink.story).toEqual(range(16, 25));
  });

  it('no reset at the very edge of what is stored', async () => {
    await using fixture = new HubFixture({}, new FaultyBus({ retention: { size: 10, ttlMs: 60_000 } }));
    const ids = await fixture.publishAll('news', 1, 25);
    const { sink } = await fixture.join(['news'], after(ids[14] as string));
    expect(sink.story).toEqual(range(16, 25));
  });

  it('invalid: a reset, then messages from now on', async () => {
    await using fixture = new HubFixture();
    await fixture.publish('news', 'old');
    const { sink, cursor } = await fixture.join(['news'], after('no cursor!'));
    await fixture.publish('news', 'new');
    await turn();
    expect(sink.story).toEqual(['invalid', 'new']);
    expect(sink.resets[0]).toEqual({ channels: ['news'], reason: 'invalid', cursor });
  });

  it('epoch and ahead: a reset, then what is stored', async () => {
    await using fixture = new HubFixture();
    const id = await fixture.publish('news', 1);
    const foreign = await fixture.join(['news'], after('someotherepoch-1'));
    expect(foreign.sink.story).toEqual(['epoch', 1]);
    const ahead = await fixture.join(['news'], after(id.replace(/\d+$/, '99')));
    expect(ahead.sink.story).toEqual(['ahead', 1]);
  });

  it('a log replaced under a living connection: epoch, then what the new one stores, and on', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a', 'b']);
    await fixture.publish('a', 1);
    await turn();
    await fixture.bus.replace();
    await fixture.publish('b', 2);
    await sink.received(3);
    await fixture.publish('a', 3);
    await sink.received(4);
    expect(sink.story).toEqual([1, 'epoch', 2, 3]);
    expect(sink.resets[0]?.channels).toEqual(['a', 'b']);
  });
});

describe('a reader of one channel whose log is replaced', () => {
  it.each([
    ['with the first message of the new one', 1],
    ['with as many messages as the old one had', 9],
  ])('hears of it, and misses nothing of it: %s', async (_, count) => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['news']);
    await fixture.publishAll('news', 1, 9);
    await sink.received(9);
    await fixture.bus.replace();
    await fixture.publishAll('news', 11, 10 + count);
    await sink.received(10 + count);
    expect(sink.story).toEqual([...range(1, 9), 'epoch', ...range(11, 10 + count)]);
  });

  it('gets its reset by the next comparison when the new log is empty', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['news']);
    await fixture.publish('news', 1);
    await turn();
    await fixture.bus.replace();
    await fixture.hub.channelRegistry.compare();
    await sink.received(2);
    expect(sink.story).toEqual([1, 'epoch']);
  });
});

describe('a reader that asked for all there is', () => {
  it('still gets a reset when it falls behind later and loses messages', async () => {
    const bus = new FaultyBus({ retention: { size: 10, ttlMs: 60_000 } });
    await using fixture = new HubFixture({ windowLimits: { messages: 5, bytes: 1e6 } }, bus);
    await fixture.publishAll('news', 1, 12);
    const { sink, connection } = await fixture.join(['news'], { kind: 'earliest' });
    sink.full = true;
    await fixture.publish('news', 13);
    await turn();
    await fixture.publishAll('news', 14, 40);
    sink.full = false;
    connection.onDrain();
    await sink.received(22);
    expect(sink.story).toEqual([...range(3, 13), 'trimmed', ...range(31, 40)]);
  });
});

describe('channels that are not equally far', () => {
  /** Resumes from the cursor of every message of `first`, and expects exactly what came after it there. */
  async function resumesAnywhere(fixture: HubFixture, channels: string[], first: RecordingSink): Promise<void> {
    for (const [n, message] of first.messages.entries()) {
      const { sink } = await fixture.join(channels, after(cursorAfter(message)));
      const rest = first.messages.slice(n + 1).map(({ id }) => id);
      await sink.received(rest.length);
      expect(sink.messages.map(({ id }) => id)).toEqual(rest);
    }
  }

  it('a channel that joined later with an older cursor: cut anywhere, nothing is missing and nothing comes twice', async () => {
    await using fixture = new HubFixture();
    const cursor = await fixture.publish('a', 0);
    const { sink, connection } = await fixture.join(['a', 'c']);
    for (const n of range(1, 20)) await fixture.publish(n % 2 === 0 ? 'a' : 'b', n);
    await turn();
    await connection.subscribe(['b'], after(cursor));
    await connection.whenCaughtUp();
    await fixture.publish('c', 21);
    await fixture.publish('b', 22);
    await sink.received(22);
    expect(sink.messages.every(({ id }) => /^\w+-\d+$/.test(id))).toBe(true);
    // Before it joined, the channel was not asked for: it gets only what came since.
    const since = sink.messages.slice(10);
    expect(since.map(({ data }) => data)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 22]);
    const asRead = new RecordingSink();
    asRead.messages.push(...since);
    await resumesAnywhere(fixture, ['a', 'b', 'c'], asRead);
  });

  it('begins with a cursor that resumes every channel where it stands', async () => {
    await using fixture = new HubFixture();
    const old = await fixture.publish('b', 0);
    await fixture.publish('b', 1);
    const { connection } = await fixture.join(['a']);
    await fixture.publish('a', 2);
    await turn();
    let begun = '';
    await connection.subscribe(['b'], after(old), (cursor) => {
      begun = cursor;
    });
    const { sink } = await fixture.join(['a', 'b'], after(begun));
    expect(sink.data).toEqual([1]);
  });

  it('rewind of several channels: cut anywhere, the same', async () => {
    await using fixture = new HubFixture();
    for (const n of range(1, 30)) await fixture.publish(n <= 20 ? 'a' : 'b', n);
    const { sink } = await fixture.join(['a', 'b'], { kind: 'rewind', count: 5 });
    await sink.received(10);
    expect(sink.data).toEqual([...range(16, 20), ...range(26, 30)]);
    await resumesAnywhere(fixture, ['a', 'b'], sink);
  });
});
