import { cursorAfter, decodeCursor, type Message } from '@tetracast/message-model';
import fc from 'fast-check';
import type { Connection } from '../../src';
import { HubFixture, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

/** The time-out only turns a reader that waits for ever into a failure with its steps. */
const LIMITS = { numRuns: Number(process.env['FAULT_RUNS'] ?? 300), timeout: 5000 };

const CHANNELS = ['a', 'b', 'c'];

type Step =
  | { do: 'publish'; channel: string }
  | { do: 'join'; channels: string[]; from: number }
  | { do: 'later'; who: number; channel: string; from: number }
  | { do: 'leave' | 'return' | 'stop' | 'read'; who: number }
  | { do: 'turn' | 'cut' | 'mend' | 'deafen' | 'hear' | 'away' | 'back' };

const channel = fc.constantFrom(...CHANNELS);
const who = fc.nat(5);
const usual: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('publish'), channel }),
  fc.record({ do: fc.constant('publish'), channel }),
  fc.record({ do: fc.constant('publish'), channel }),
  fc.record({
    do: fc.constant('join'),
    channels: fc.uniqueArray(channel, { minLength: 1 }),
    from: fc.nat(30),
  }),
  fc.record({ do: fc.constantFrom('leave', 'stop', 'read'), who }),
  fc.record({ do: fc.constant('turn') }),
];
const returns = fc.record({ do: fc.constant('return'), who });
const laterJoins = fc.record({ do: fc.constant('later'), who, channel, from: fc.nat(30) });
const cuts = fc.record({ do: fc.constantFrom('cut', 'mend', 'away', 'back') });
const losses = fc.record({ do: fc.constantFrom('deafen', 'hear') });

/** A client: one sink over all its connections, and the position from which it expects each channel. */
interface Reader {
  readonly sink: RecordingSink;
  connection: Connection;
  cursor: string;
  /** How many messages it had when that cursor was given. */
  begun: number;
  readonly after: Map<string, number>;
}

function isDue({ after }: Reader, { seq, channel }: { seq: number; channel: string }): boolean {
  return seq > (after.get(channel) ?? Infinity);
}

/** Plays the steps, heals everything, and returns what was published and what each reader got. */
async function play(
  lag: number,
  steps: Step[],
): Promise<{ published: { seq: number; channel: string }[]; readers: Reader[] }> {
  await using fixture = new HubFixture({ windowLimits: { messages: 4, bytes: 1e6 } });
  const published: { seq: number; channel: string }[] = [];
  const readers: Reader[] = [];
  const joining: Promise<unknown>[] = [];
  fixture.bus.lagTurns = lag;
  const { epoch } = await fixture.hub.channelRegistry.position();
  for (const step of steps) {
    if (step.do === 'publish') {
      const id = await fixture.publish(step.channel, published.length).catch(() => undefined);
      if (id !== undefined) published.push({ seq: seqOf(id), channel: step.channel });
    } else if (step.do === 'join') {
      const from = Math.min(step.from, published.length);
      const sink = new RecordingSink();
      const reader = {
        sink,
        connection: fixture.hub.connect(sink),
        cursor: `${epoch}-${from}`,
        begun: 0,
        after: new Map(),
      };
      const joined = reader.connection.subscribe(step.channels, { kind: 'after', cursor: reader.cursor }, () => {
        for (const name of step.channels) reader.after.set(name, from);
        readers.push(reader);
      });
      joining.push(joined.catch(() => undefined));
    } else if (step.do === 'later') {
      const reader = readers[step.who % Math.max(1, readers.length)];
      const from = Math.min(step.from, published.length);
      const start = { kind: 'after', cursor: `${epoch}-${from}` } as const;
      const joined = reader?.connection.subscribe([step.channel], start, (cursor) => {
        if (!reader.after.has(step.channel)) reader.after.set(step.channel, from);
        reader.cursor = cursor;
        reader.begun = reader.sink.messages.length;
      });
      joining.push(Promise.resolve(joined).catch(() => undefined));
    } else if (step.do === 'return') {
      const reader = readers[step.who % Math.max(1, readers.length)];
      if (reader === undefined || fixture.bus.isUnavailable) continue;
      await comeBack(reader, fixture);
    } else if (step.do === 'leave') {
      const [gone] = readers.splice(step.who % Math.max(1, readers.length), 1);
      gone?.connection.close();
    } else if (step.do === 'stop' || step.do === 'read') {
      const reader = readers[step.who % Math.max(1, readers.length)];
      if (reader !== undefined) reader.sink.full = step.do === 'stop';
      if (step.do === 'read') reader?.connection.onDrain();
    } else if (step.do === 'turn') await turn();
    else if (step.do === 'cut') fixture.bus.interrupt();
    else if (step.do === 'mend') fixture.bus.restore();
    else if (step.do === 'deafen') fixture.bus.losesAnnouncements = true;
    else if (step.do === 'hear') fixture.bus.losesAnnouncements = false;
    else fixture.bus.isUnavailable = step.do === 'away';
  }
  fixture.bus.isUnavailable = false;
  fixture.bus.restore();
  await Promise.all(joining);
  await fixture.hub.channelRegistry.compare();
  fixture.hub.channelRegistry.sweep();
  for (const reader of readers) {
    reader.sink.full = false;
    reader.connection.onDrain();
    await reader.sink.received(published.filter((message) => isDue(reader, message)).length);
  }
  await turn();
  return { published, readers };
}

/** Cut and resumed from its own cursor: that of its last message, or the one its last subscription began with. */
async function comeBack(reader: Reader, fixture: HubFixture): Promise<void> {
  reader.connection.close();
  reader.sink.full = false;
  const last = reader.sink.messages.at(-1);
  if (last !== undefined && reader.sink.messages.length > reader.begun) reader.cursor = cursorAfter(last);
  reader.connection = fixture.hub.connect(reader.sink);
  await reader.connection.subscribe([...reader.after.keys()], { kind: 'after', cursor: reader.cursor });
}

function seqOf(id: string): number {
  return decodeCursor(id)?.seq ?? NaN;
}

function seqsOf(messages: Message[]): number[] {
  return messages.map(({ id }) => seqOf(id));
}

describe('any order of faults', () => {
  it('interruptions, an unavailable log, slow readers: every reader gets all of its channels once, in the order of the log', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.array(fc.oneof(...usual, cuts, returns), { maxLength: 60 }),
        async (lag, steps) => {
          const { published, readers } = await play(lag, steps);
          for (const reader of readers) {
            const { sink } = reader;
            const due = published.filter((message) => isDue(reader, message));
            expect(seqsOf(sink.messages)).toEqual(due.map(({ seq }) => seq));
            expect(sink.resets).toEqual([]);
          }
        },
      ),
      LIMITS,
    );
  });

  it.each([
    // A reader that resumes before the loss is found has a cursor behind the lost message.
    ['announcements lost without a trace', [losses]],
    ['channels that join later with an older cursor', [laterJoins, returns]],
  ])('%s: every reader still gets each channel whole, once and in order', async (_, faults) => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.array(fc.oneof(...usual, cuts, ...faults), { maxLength: 60 }),
        async (lag, steps) => {
          const { published, readers } = await play(lag, steps);
          for (const reader of readers) {
            for (const name of reader.after.keys()) {
              const due = published.filter((message) => message.channel === name && isDue(reader, message));
              const got = reader.sink.messages.filter(({ channel }) => channel === name);
              expect(seqsOf(got)).toEqual(due.map(({ seq }) => seq));
            }
          }
        },
      ),
      LIMITS,
    );
  });
});
