import { bytesOf, type Entry } from '@tetracast/bus';
import { FramedEntry } from '../../src/delivery/framed-entry';
import type { ResumeLimits } from '../../src/delivery/resume-limits';
import { HubFixture, range } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

const ROOMY: ResumeLimits = { messages: 1000, bytes: 1e9, channels: 1000 };
/** Of a message whose data is one digit, as the hub estimates it. */
const DIGIT: Entry = { channel: 'a', event: 'message', data: '1', seq: 1, prev: 0, time: 1, echo: true };
const SIZE = new FramedEntry('epoch', DIGIT).size;
/** The same as the log counts it. */
const STORED = bytesOf(DIGIT);
const NO_WINDOW = { messages: 1, bytes: 1 };

/** A hub whose windows hold all there is, or next to nothing, so that it is read from the log. */
function createFixture(limits: Partial<ResumeLimits>, windowLimits = { messages: 1000, bytes: 1e9 }): HubFixture {
  return new HubFixture({ windowLimits, resumeLimits: { ...ROOMY, ...limits } });
}

/** How many messages each write to a client has that resumes after `cursor`. */
async function writesAfter(
  fixture: HubFixture,
  channels: string[],
  cursor: string,
  batchLimit?: number,
): Promise<number[]> {
  const sink = new RecordingSink();
  if (batchLimit !== undefined) sink.batchLimit = batchLimit;
  await fixture.join(channels, { kind: 'after', cursor }, { sink });
  return sink.writes.map((bytes) => bytes.toString().trimEnd().split('\n').length);
}

describe('one write to a client that catches up', () => {
  it.each([
    [['a'], 4, [4]],
    [['a'], 5, [4, 1]],
    [['a', 'b'], 4, [4]],
    [['a', 'b'], 5, [4, 1]],
  ])('of %j has 4 messages at the most: of %i', async (channels, count, writes) => {
    await using fixture = createFixture({ messages: 4 });
    await fixture.join(channels); // stay open, so that their windows hold what follows
    const cursor = await fixture.publish('a', 0);
    for (const n of range(1, count)) await fixture.publish(channels[n % channels.length] ?? '', n);

    expect(await writesAfter(fixture, channels, cursor)).toEqual(writes);
  });

  it.each([
    [0, [2, 1]],
    [1, [3]],
  ])('ends with the message that brings it to the bytes of two and %i', async (more, writes) => {
    await using fixture = createFixture({ bytes: 2 * SIZE + more });
    await fixture.join(['a']);
    const cursor = await fixture.publish('a', 0);
    await fixture.publishAll('a', 1, 3);

    expect(await writesAfter(fixture, ['a'], cursor)).toEqual(writes);
  });

  it('has one message at least, however large', async () => {
    await using fixture = createFixture({ bytes: 1 });
    await fixture.join(['a']);
    const cursor = await fixture.publish('a', 0);
    await fixture.publishAll('a', 1, 3);

    expect(await writesAfter(fixture, ['a'], cursor)).toEqual([1, 1, 1]);
  });

  it('holds as many messages as the batch limit of the sink allows', async () => {
    await using fixture = createFixture({ messages: 2 });
    await fixture.join(['a']);
    const cursor = await fixture.publish('a', 0);
    await fixture.publishAll('a', 1, 5);

    expect(await writesAfter(fixture, ['a'], cursor, 5)).toEqual([5]);
  });
});

describe('what is read from the log at once for a client that catches up', () => {
  /** How many messages were read, read by read, by a connection that resumes with as many in each of its channels. */
  async function pagesOf(fixture: HubFixture, channels: string[], count: number): Promise<number[]> {
    const cursor = await fixture.publish('before', 0);
    for (const channel of channels) for (let n = 0; n < count; n++) await fixture.publish(channel, 0);
    const pages: number[] = [];
    const read = fixture.bus.read.bind(fixture.bus);
    jest.spyOn(fixture.bus, 'read').mockImplementation(async (...asked) => {
      const page = await read(...asked);
      pages.push(page.entries.length);
      return page;
    });
    await fixture.join(channels, { kind: 'after', cursor });
    return pages;
  }

  it.each([
    [8, [8]],
    [9, [8, 1]],
    [20, [8, 8, 4]],
  ])('is a page of 8 messages: of %i', async (count, pages) => {
    await using fixture = createFixture({ messages: 8 }, NO_WINDOW);

    expect(await pagesOf(fixture, ['a'], count)).toEqual(pages);
  });

  it.each([
    [3 * STORED, [3, 3, 1]],
    [3 * STORED + 1, [4, 3]],
    [1, [1, 1, 1, 1, 1, 1, 1]],
  ])('ends with the message that brings it to %i bytes, from the first page on', async (bytes, pages) => {
    await using fixture = createFixture({ bytes }, NO_WINDOW);

    expect(await pagesOf(fixture, ['a'], 7)).toEqual(pages);
  });

  // The share of three channels ends within the sixth message.
  it.each([
    [2, 8, 8],
    [3, 5, 6],
    [4, 4, 4],
    [17, 1, 1],
  ])('of %i channels, with 2 at once, is less of each: %i messages, or the bytes of %i', async (count, few, small) => {
    const channels = range(1, count).map((n) => `channel-${n}`);
    for (const [limits, page] of [[{ messages: 8 }, few] as const, [{ bytes: 8 * STORED }, small] as const]) {
      await using fixture = createFixture({ ...limits, channels: 2 }, NO_WINDOW);

      expect((await pagesOf(fixture, channels, 20)).slice(0, count)).toEqual(channels.map(() => page));
    }
  });

  it('is no more when a hole in a window is closed', async () => {
    await using fixture = createFixture({ bytes: 3 * STORED });
    const { sink } = await fixture.join(['a']);
    fixture.bus.losesAnnouncements = true;
    await fixture.publishAll('a', 1, 9);
    fixture.bus.losesAnnouncements = false;
    const asked = jest.spyOn(fixture.bus, 'read');
    await fixture.publish('a', 0);
    await sink.received(10);

    expect([fixture.bus.reads, fixture.bus.messagesRead]).toEqual([4, 10]);
    expect(asked).toHaveBeenLastCalledWith('a', { kind: 'after', seq: 9, limit: 1000, bytes: 3 * STORED });
  });
});

describe('a rewind', () => {
  it('may be as long as the longest, and no longer: then no channel is opened', async () => {
    await using fixture = new HubFixture({ maxRewind: 3 });
    await fixture.publishAll('news', 1, 5);
    const refused = fixture.join(['news'], { kind: 'rewind', count: 4 });

    await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
    expect(fixture.hub.stats.channels).toBe(0);
    const { sink } = await fixture.join(['news'], { kind: 'rewind', count: 3 });
    expect(sink.data).toEqual([3, 4, 5]);
  });
});
