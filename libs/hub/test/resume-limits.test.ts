import { bytesOf, type Entry } from '@tetracast/bus';
import { FramedEntry } from '../src/delivery/framed-entry';
import type { ResumeLimits } from '../src/delivery/resume-limits';
import { Bench, range } from './hub-under-test';
import { RecordingSink } from './recording-sink';

const ROOMY: ResumeLimits = { messages: 1000, bytes: 1e9, channels: 1000 };
/** Of a message whose data is one digit, as the hub estimates it. */
const DIGIT: Entry = { channel: 'a', event: 'message', data: '1', seq: 1, prev: 0, time: 1, echo: true };
const SIZE = new FramedEntry('epoch', DIGIT).size;
/** The same as the log counts it. */
const STORED = bytesOf(DIGIT);
const NO_WINDOW = { messages: 1, bytes: 1 };

/** A hub whose windows hold all there is, or next to nothing, so that it is read from the log. */
function createBench(limits: Partial<ResumeLimits>, windowLimits = { messages: 1000, bytes: 1e9 }): Bench {
  return new Bench({ windowLimits, resumeLimits: { ...ROOMY, ...limits } });
}

/** How many messages each write to a client has that comes back after `cursor`. */
async function writesAfter(bench: Bench, channels: string[], cursor: string, batchLimit?: number): Promise<number[]> {
  const sink = new RecordingSink();
  if (batchLimit !== undefined) sink.batchLimit = batchLimit;
  await bench.join(channels, { kind: 'after', cursor }, { sink });
  return sink.writes.map((bytes) => bytes.toString().trimEnd().split('\n').length);
}

describe('one write to a client that catches up', () => {
  it.each([
    [['a'], 4, [4]],
    [['a'], 5, [4, 1]],
    [['a', 'b'], 4, [4]],
    [['a', 'b'], 5, [4, 1]],
  ])('of %j has 4 messages at the most: of %i', async (channels, count, writes) => {
    await using bench = createBench({ messages: 4 });
    await bench.join(channels); // stay open, so that their windows hold what follows
    const cursor = await bench.publish('a', 0);
    for (const n of range(1, count)) await bench.publish(channels[n % channels.length] ?? '', n);

    expect(await writesAfter(bench, channels, cursor)).toEqual(writes);
  });

  it.each([
    [0, [2, 1]],
    [1, [3]],
  ])('ends with the message that brings it to the bytes of two and %i', async (more, writes) => {
    await using bench = createBench({ bytes: 2 * SIZE + more });
    await bench.join(['a']);
    const cursor = await bench.publish('a', 0);
    await bench.publishAll('a', 1, 3);

    expect(await writesAfter(bench, ['a'], cursor)).toEqual(writes);
  });

  it('has one message at least, however large', async () => {
    await using bench = createBench({ bytes: 1 });
    await bench.join(['a']);
    const cursor = await bench.publish('a', 0);
    await bench.publishAll('a', 1, 3);

    expect(await writesAfter(bench, ['a'], cursor)).toEqual([1, 1, 1]);
  });

  it('has as many as the line itself takes at once, if that says how many', async () => {
    await using bench = createBench({ messages: 2 });
    await bench.join(['a']);
    const cursor = await bench.publish('a', 0);
    await bench.publishAll('a', 1, 5);

    expect(await writesAfter(bench, ['a'], cursor, 5)).toEqual([5]);
  });
});

describe('what is read from the log at once for a client that catches up', () => {
  /** How many messages were read, read by read, by one that comes back to as many in each of the channels. */
  async function pagesOf(bench: Bench, channels: string[], count: number): Promise<number[]> {
    const cursor = await bench.publish('before', 0);
    for (const channel of channels) for (let n = 0; n < count; n++) await bench.publish(channel, 0);
    const pages: number[] = [];
    const read = bench.bus.read.bind(bench.bus);
    jest.spyOn(bench.bus, 'read').mockImplementation(async (...asked) => {
      const page = await read(...asked);
      pages.push(page.entries.length);
      return page;
    });
    await bench.join(channels, { kind: 'after', cursor });
    return pages;
  }

  it.each([
    [8, [8]],
    [9, [8, 1]],
    [20, [8, 8, 4]],
  ])('is a page of 8 messages: of %i', async (count, pages) => {
    await using bench = createBench({ messages: 8 }, NO_WINDOW);

    expect(await pagesOf(bench, ['a'], count)).toEqual(pages);
  });

  it.each([
    [3 * STORED, [3, 3, 1]],
    [3 * STORED + 1, [4, 3]],
    [1, [1, 1, 1, 1, 1, 1, 1]],
  ])('ends with the message that brings it to %i bytes, from the first page on', async (bytes, pages) => {
    await using bench = createBench({ bytes }, NO_WINDOW);

    expect(await pagesOf(bench, ['a'], 7)).toEqual(pages);
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
      await using bench = createBench({ ...limits, channels: 2 }, NO_WINDOW);

      expect((await pagesOf(bench, channels, 20)).slice(0, count)).toEqual(channels.map(() => page));
    }
  });

  it('is no more when a hole in a window is closed', async () => {
    await using bench = createBench({ bytes: 3 * STORED });
    const { sink } = await bench.join(['a']);
    bench.bus.deaf = true;
    await bench.publishAll('a', 1, 9);
    bench.bus.deaf = false;
    const asked = jest.spyOn(bench.bus, 'read');
    await bench.publish('a', 0);
    await sink.reached(10);

    expect([bench.bus.reads, bench.bus.messagesRead]).toEqual([4, 10]);
    expect(asked).toHaveBeenLastCalledWith('a', { kind: 'after', seq: 9, limit: 1000, bytes: 3 * STORED });
  });
});

describe('a rewind', () => {
  it('may be as long as the longest, and no longer: then no channel is opened', async () => {
    await using bench = new Bench({ maxRewind: 3 });
    await bench.publishAll('news', 1, 5);
    const refused = bench.join(['news'], { kind: 'rewind', count: 4 });

    await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
    expect(bench.hub.stats.channels).toBe(0);
    const { sink } = await bench.join(['news'], { kind: 'rewind', count: 3 });
    expect(sink.data).toEqual([3, 4, 5]);
  });
});
