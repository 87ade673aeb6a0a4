import fc from 'fast-check';
import {
  CLOCK_SKEW_MS,
  CURSOR_PATTERN,
  decodeCursor,
  decodeMoment,
  encodeCursor,
  encodeMoment,
  namesLostPartition,
  PARTITIONS_MAX,
  startIn,
  tagOf,
} from '../src';
import { positions } from './arbitraries';
import { PartitionedLog, Reader, type Stored } from './partitions';

const epochs = fc.stringMatching(/^[A-Za-z0-9]{12}$/);
const places = fc.record({ epoch: epochs, seq: fc.maxSafeNat() });
const moments = fc.record({
  positions: fc.uniqueArray(places, { minLength: 1, maxLength: PARTITIONS_MAX, selector: ({ epoch }) => epoch }),
  time: fc.nat(9_999_999_999_999),
});

describe('a moment of several partitions', () => {
  it('comes back, with every number of partitions that is allowed, and fits the grammar of cursors', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const cursor = encodeMoment(moment);
        expect(cursor).toMatch(CURSOR_PATTERN);
        expect(decodeMoment(cursor)).toEqual(moment);
      }),
    );
  });

  it('fits with the greatest numbers', () => {
    const positions = Array.from({ length: PARTITIONS_MAX }, (_, i) => ({
      epoch: String(i).padStart(12, 'e'),
      seq: Number.MAX_SAFE_INTEGER,
    }));
    const moment = { positions, time: 9_999_999_999_999 };
    expect(encodeMoment(moment)).toMatch(CURSOR_PATTERN);
    expect(decodeMoment(encodeMoment(moment))).toEqual(moment);
  });

  it('is the cursor of today, byte for byte, while there is one partition', () => {
    fc.assert(
      fc.property(positions, fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), ({ epoch, seq }, steps) => {
        const base = Math.min(seq, 1e15);
        const ahead = new Map(steps.map((step, i) => [tagOf(`c${i}`), base + step]));
        const cursor = encodeCursor({ epoch, seq: base, ahead });
        expect(encodeMoment({ positions: [{ epoch, seq: base, ahead }] })).toBe(cursor);
        expect(decodeMoment(cursor)).toEqual({ positions: [decodeCursor(cursor)] });
      }),
    );
  });

  it('leaves out the channels that are ahead when they do not fit, and nothing else', () => {
    const ahead = new Map(Array.from({ length: 45 }, (_, i) => [tagOf(`c${i}`), 9]));
    const positions = ['a', 'b'].map((epoch) => ({ epoch, seq: 7, ahead }));
    expect(encodeMoment({ positions, time: 5 })).toBe('a-7~~b-7~~5');
    expect(decodeMoment(encodeMoment({ positions: positions.slice(0, 1), time: 5 }))).toEqual({
      positions: positions.slice(0, 1),
      time: 5,
    });
  });

  it.each(['', '~~', '5', 'a-1~~', '~~5', 'a-1~~b-2', 'a-1~~a-2~~5', 'a-1~~x~~5', 'a-1~~05', 'a-1~~9007199254740992'])(
    'is not in %j',
    (cursor) => {
      expect(decodeMoment(cursor)).toBeUndefined();
    },
  );

  it('is found in any text without throwing, and no server of one partition takes it for a position', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeMoment(text)));
    fc.assert(fc.property(moments, (moment) => expect(decodeCursor(encodeMoment(moment))).toBeUndefined()));
  });

  it('says that a partition which it names is lost', () => {
    const moment = { positions: [{ epoch: 'a', seq: 1 }], time: 5 };
    expect(namesLostPartition(moment, new Set(['a', 'b']))).toBe(false);
    expect(namesLostPartition(moment, new Set(['b', 'c']))).toBe(true);
  });

  it('of one partition without a time goes on with all that others store', () => {
    expect(startIn({ positions: [{ epoch: 'a', seq: 4 }] }, 'b', 'x')).toEqual({ kind: 'after', seq: 0 });
  });
});

describe('a reader who comes back with other channels', () => {
  const channel = fc.tuple(fc.nat(3), fc.constantFrom('x', 'y')).map(([n, name]) => `${n}:${name}`);
  const sets = fc.uniqueArray(channel, { minLength: 1, maxLength: 8 });
  const step = fc.oneof(
    fc.record({ append: channel }),
    fc.record({ read: fc.nat(3) }),
    fc.record({ passMs: fc.nat(2 * CLOCK_SKEW_MS) }),
  );

  /** Whether a message lies before the moment, as the server of its partition decides it. */
  function isBefore(cursor: string, log: PartitionedLog, message: Stored): boolean {
    const start = startIn(decodeMoment(cursor)!, log.epochs[message.partition]!, message.channel);
    return start.kind === 'after' ? message.seq <= start.seq : message.time < start.time;
  }

  it('misses nothing, gets nothing twice where the cursor is exact, and elsewhere no more than the clocks may differ', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(CLOCK_SKEW_MS), { minLength: 1, maxLength: 4 }),
        fc.array(step, { maxLength: 40 }),
        sets,
        sets,
        fc.array(step, { maxLength: 20 }),
        (clocks, before, first, second, later) => {
          const log = new PartitionedLog(clocks);
          const reader = new Reader(log, first, () => false);
          const run = (steps: typeof before): void => {
            for (const one of steps) {
              if ('append' in one) log.append(one.append);
              else if ('read' in one) reader.step(one.read);
              else log.pass(one.passMs);
            }
          };
          run(before);
          const cursor = encodeMoment(reader.moment);
          const cutAt = log.now;
          const stored = log.messages.length;
          run(later.filter((one) => !('read' in one)));

          const back = new Reader(log, second, (message) => isBefore(cursor, log, message));
          back.readAll();

          const partitions = new Set(first.map((name) => log.partitionOf(name)));
          const wanted = log.messages.filter((message, i) => second.includes(message.channel) && i >= stored);
          expect(back.got).toEqual(expect.arrayContaining(wanted));
          const kept = first.filter((name) => second.includes(name));
          const unread = log.messages.filter(({ channel }) => kept.includes(channel)).filter(isNotIn(reader.got));
          expect(back.got).toEqual(expect.arrayContaining(unread));
          const [exact, timed] = [true, false].map((isNamed) =>
            back.got.filter(({ partition }) => partitions.has(partition) === isNamed),
          ) as [Stored[], Stored[]];
          expect(exact.filter((message) => reader.got.includes(message))).toEqual([]);
          expect(timed.filter(({ at }) => at < cutAt - 2 * CLOCK_SKEW_MS)).toEqual([]);
        },
      ),
    );
  });

  function isNotIn(got: readonly Stored[]): (message: Stored) => boolean {
    return (message) => !got.includes(message);
  }

  it('misses nothing with the bare id of any message as its cursor', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(CLOCK_SKEW_MS), { minLength: 1, maxLength: 4 }),
        fc.array(step, { maxLength: 40 }),
        fc.nat(),
        sets,
        (clocks, steps, pick, channels) => {
          const log = new PartitionedLog(clocks);
          for (const one of steps) {
            if ('append' in one) log.append(one.append);
            else if ('passMs' in one) log.pass(one.passMs);
          }
          const index = pick % Math.max(1, log.messages.length);
          const named = log.messages[index];
          if (named === undefined) return;
          const { partition, seq, time } = named;
          const id = encodeMoment({ positions: [{ epoch: log.epochs[partition]!, seq }], time });
          const reader = new Reader(log, channels, (message) => isBefore(id, log, message));
          reader.readAll();
          const after = log.messages.slice(index + 1).filter((message) => channels.includes(message.channel));
          expect(reader.got).toEqual(expect.arrayContaining(after));
          expect(reader.got).not.toContain(named);
        },
      ),
    );
  });
});
