import { decodeCursor, type Message } from '@tetracast/message-model';
import fc from 'fast-check';
import { Bench, turn } from './bench';
import { RecordingSink } from './recording-sink';

const CHANNELS = ['a', 'b', 'c'];

type Step =
  | { do: 'publish'; channel: string }
  | { do: 'join'; channels: string[]; from: number }
  | { do: 'leave' | 'stop' | 'read'; who: number }
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
const cuts = fc.record({ do: fc.constantFrom('cut', 'mend', 'away', 'back') });
const losses = fc.record({ do: fc.constantFrom('deafen', 'hear') });

interface Reader {
  readonly sink: RecordingSink;
  readonly connection: Awaited<ReturnType<Bench['join']>>['connection'];
  readonly channels: string[];
  readonly after: number;
}

/** Plays the steps, heals everything, and returns what was published and who read what. */
async function play(
  lag: number,
  steps: Step[],
): Promise<{ published: { seq: number; channel: string }[]; readers: Reader[] }> {
  await using bench = new Bench({ windowLimits: { messages: 4, bytes: 1e6 } });
  const published: { seq: number; channel: string }[] = [];
  const readers: Reader[] = [];
  const joining: Promise<unknown>[] = [];
  bench.bus.lag = lag;
  const { epoch } = await bench.hub.log.position();
  for (const step of steps) {
    if (step.do === 'publish') {
      const id = await bench.publish(step.channel, published.length).catch(() => undefined);
      if (id !== undefined) published.push({ seq: seqOf(id), channel: step.channel });
    } else if (step.do === 'join') {
      const after = Math.min(step.from, published.length);
      const sink = new RecordingSink();
      const connection = bench.hub.connect(sink);
      const joined = connection.subscribe(step.channels, { kind: 'after', cursor: `${epoch}-${after}` });
      joining.push(
        joined.then(
          () => readers.push({ sink, connection, channels: step.channels, after }),
          () => undefined,
        ),
      );
    } else if (step.do === 'leave') {
      const [gone] = readers.splice(step.who % Math.max(1, readers.length), 1);
      gone?.connection.close();
    } else if (step.do === 'stop' || step.do === 'read') {
      const reader = readers[step.who % Math.max(1, readers.length)];
      if (reader !== undefined) reader.sink.full = step.do === 'stop';
      if (step.do === 'read') reader?.connection.drained();
    } else if (step.do === 'turn') await turn();
    else if (step.do === 'cut') bench.bus.interrupt();
    else if (step.do === 'mend') bench.bus.restore();
    else if (step.do === 'deafen') bench.bus.deaf = true;
    else if (step.do === 'hear') bench.bus.deaf = false;
    else bench.bus.away = step.do === 'away';
  }
  bench.bus.away = false;
  bench.bus.restore();
  await Promise.all(joining);
  await bench.hub.log.compare();
  bench.hub.log.sweep();
  for (const { sink, connection, channels, after } of readers) {
    sink.full = false;
    connection.drained();
    const due = published.filter(({ seq, channel }) => seq > after && channels.includes(channel));
    await sink.reached(due.length);
  }
  await turn();
  return { published, readers };
}

function seqOf(id: string): number {
  return decodeCursor(id)?.seq ?? NaN;
}

function seqsOf(messages: Message[]): number[] {
  return messages.map(({ id }) => seqOf(id));
}

describe('any order of faults', () => {
  it('line cut, log away, slow readers: every reader gets all of its channels once, in the order of the log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.array(fc.oneof(...usual, cuts), { maxLength: 60 }), async (lag, steps) => {
        const { published, readers } = await play(lag, steps);
        for (const { sink, channels, after } of readers) {
          const due = published.filter(({ seq, channel }) => seq > after && channels.includes(channel));
          expect(seqsOf(sink.messages)).toEqual(due.map(({ seq }) => seq));
          expect(sink.resets).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('announcements lost without a trace: every reader still gets each channel whole, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.array(fc.oneof(...usual, cuts, losses), { maxLength: 60 }), async (lag, steps) => {
        const { published, readers } = await play(lag, steps);
        for (const { sink, channels, after } of readers) {
          for (const name of channels) {
            const due = published.filter(({ seq, channel }) => seq > after && channel === name);
            const got = sink.messages.filter(({ channel }) => channel === name);
            expect(seqsOf(got)).toEqual(due.map(({ seq }) => seq));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
