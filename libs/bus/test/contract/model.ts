import fc from 'fast-check';
import { bytesOf } from '../../src';
import { type BusHarness, publication } from './harness';

const SIZE = 3;
const REMEMBERED = 2;

/** The log as one would write it down, with nothing but lists. */
class Model {
  private readonly all: { channel: string; seq: number; prev: number; bytes: number }[] = [];
  private remembered: { channel: string; seq: number }[] = [];
  private forgotten = 0;

  append(channel: string, data: string): void {
    const seq = this.all.length + 1;
    this.all.push({ channel, seq, prev: this.last(channel), bytes: bytesOf({ data }) });
    this.remembered = [...this.remembered.filter((one) => one.channel !== channel), { channel, seq }];
    if (this.remembered.length > REMEMBERED) this.forgotten = this.remembered.shift()!.seq;
  }

  /** With no age, a channel that ever had a message has a log. */
  last(channel: string): number {
    return this.all.findLast((one) => one.channel === channel)?.seq ?? this.forgotten;
  }

  after(channel: string, seq: number, limit: number, bytes: number): unknown {
    const stored = this.all.filter((one) => one.channel === channel).slice(-SIZE);
    const following = stored.filter((one) => one.seq > seq);
    const entries: unknown[] = [];
    let read = 0;
    for (const { channel, seq, prev, bytes: size } of following) {
      if (entries.length === limit || read >= bytes) break;
      entries.push({ channel, seq, prev });
      read += size;
    }
    return {
      head: this.all.length,
      last: this.last(channel),
      entries,
      trimmed: (following[0]?.prev ?? this.last(channel)) > seq,
      more: entries.length < following.length,
    };
  }
}

export function describeModel(harness: BusHarness): void {
  it('answers as a naive model does, whatever is appended and read', async () => {
    const channel = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ append: channel, data: fc.constantFrom('1', '"larger"', '"€"') }) },
      fc.record({
        ...{ read: channel, seq: fc.nat(25) },
        ...{ limit: fc.integer({ min: 1, max: 4 }), bytes: fc.integer({ min: 1, max: 1000 }) },
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const settings = { channelsRemembered: REMEMBERED, retention: { size: SIZE, ttlMs: 600_000 } };
        const bus = harness.create(settings);
        const model = new Model();
        for (const one of steps) {
          if ('append' in one) {
            model.append(one.append, one.data);
            await bus.append(publication(one.append, { data: one.data }));
            continue;
          }
          const { head, last, entries, trimmed, more } = await bus.read(one.read, { ...one, kind: 'after' });
          const found = entries.map(({ channel, seq, prev }) => ({ channel, seq, prev }));
          expect({ head, last, entries: found, trimmed, more }).toEqual(
            model.after(one.read, one.seq, one.limit, one.bytes),
          );
        }
        await bus.close();
      }),
      { numRuns: 50 },
    );
  });
}
