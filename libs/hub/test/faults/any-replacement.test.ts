import { decodeCursor } from '@tetracast/message-model';
import fc from 'fast-check';
import type { Connection } from '../../src';
import { HubFixture, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

/** The time-out only turns a reader that waits for ever into a failure with its steps. */
const LIMITS = { numRuns: Number(process.env['FAULT_RUNS'] ?? 300), timeout: 5000 };

type Step =
  | { do: 'publish'; channel: string }
  | { do: 'join'; channels: string[]; from: number }
  | { do: 'turn' | 'replace' | 'cut' | 'mend' | 'deafen' | 'hear' };

const channel = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('publish'), channel }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('join'),
      channels: fc.uniqueArray(channel, { minLength: 1 }),
      from: fc.nat(5),
    }),
  },
  fc.record({ do: fc.constantFrom('turn', 'replace', 'cut', 'mend', 'deafen', 'hear') }),
);

interface Place {
  readonly epoch: string;
  readonly seq: number;
}

interface Reader {
  readonly sink: RecordingSink;
  readonly connection: Connection;
  readonly channels: string[];
  /** After what it asked for all there is. */
  readonly after: Place;
}

/** Plays the steps and heals everything; returns what the last log holds, its epoch, and the readers. */
async function play(lag: number, steps: Step[]) {
  await using fixture = new HubFixture({ windowLimits: { messages: 4, bytes: 1e6 }, compareMs: Infinity });
  const { bus, hub } = fixture;
  const readers: Reader[] = [];
  const joining: Promise<unknown>[] = [];
  let stored: { seq: number; channel: string }[] = [];
  let { epoch } = await bus.positions([]);
  bus.lagTurns = lag;
  for (const step of steps) {
    if (step.do === 'publish') {
      const { seq } = decodeCursor(await fixture.publish(step.channel, stored.length)) ?? { seq: NaN };
      stored.push({ seq, channel: step.channel });
    } else if (step.do === 'join') {
      const after = { epoch, seq: Math.min(step.from, stored.length) };
      const sink = new RecordingSink();
      const connection = hub.connect(sink);
      readers.push({ sink, connection, channels: step.channels, after });
      joining.push(connection.subscribe(step.channels, { kind: 'after', cursor: `${after.epoch}-${after.seq}` }));
    } else if (step.do === 'replace') {
      await bus.replace();
      stored = [];
      bus.lagTurns = 0;
      ({ epoch } = await bus.positions([]));
      bus.lagTurns = lag;
    } else if (step.do === 'turn') await turn();
    else if (step.do === 'cut') bus.interrupt();
    else if (step.do === 'mend') bus.restore();
    else bus.losesAnnouncements = step.do === 'deafen';
  }
  bus.restore();
  await Promise.all(joining);
  await hub.channelRegistry.compare();
  // An answer takes 3 turns at the most, and no more than a few follow from one another.
  for (let n = 0; n < 60; n++) await turn();
  return { stored, epoch, readers };
}

it('a log that is replaced at any time, with or without announcements: earlier readers get a reset and all of the new log, later ones get what they asked for and no reset', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.array(step, { maxLength: 40 }), async (lag, steps) => {
      const { stored, epoch, readers } = await play(lag, steps);
      for (const { sink, connection, channels, after } of readers) {
        const isOld = after.epoch !== epoch;
        expect(sink.resets.map(({ reason }) => reason)).toEqual(sink.resets.map(() => 'epoch'));
        expect(sink.resets.length > 0).toBe(isOld);
        for (const name of channels) {
          const due = stored.filter(({ channel, seq }) => channel === name && (isOld || seq > after.seq));
          const got = sink.messages.filter(({ channel, id }) => channel === name && id.startsWith(`${epoch}-`));
          expect(got.map(({ id }) => id)).toEqual(due.map(({ seq }) => `${epoch}-${seq}`));
        }
        const { epoch: at, seq = NaN } = decodeCursor(connection.cursor) ?? {};
        expect([at, seq <= stored.length]).toEqual([epoch, true]);
      }
    }),
    LIMITS,
  );
});
