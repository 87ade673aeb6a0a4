import fc from 'fast-check';
import { BusUnavailableError, type Bus, type Entry } from '../../src';
import { Recorder } from '../recorder';
import { appendTo, type BusHarness, expectChain, publication, readAll } from './harness';

function listenTo(bus: Bus): Recorder {
  const recorder = new Recorder();
  bus.listen(recorder);
  return recorder;
}

export function describeAnnouncing(harness: BusHarness): void {
  describe('announcements', () => {
    it('come in the order of the numbers, as stored, to every node that subscribed', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      const recorder = listenTo(other);
      await Promise.all(['a', 'b'].map((channel) => other.subscribe(channel)));
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          bus.append(publication(index % 3 === 0 ? 'b' : 'a', { user: `${index}` })),
        ),
      );
      await Promise.all([recorder.received(99), recorder.received(100)]);
      expect(recorder.seqs).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      const { epoch } = await bus.positions([]);
      expect(new Set(recorder.epochs)).toEqual(new Set([epoch]));
      const stored = [...(await readAll(bus, 'a')).entries, ...(await readAll(bus, 'b')).entries];
      expect(recorder.entries).toEqual(stored.sort((one, next) => one.seq - next.seq));
      expect(recorder.resubscribed).toBe(0);
    });

    it('carry any JSON text and all about its publisher', async () => {
      const bus = harness.create();
      const recorder = listenTo(bus);
      await bus.subscribe('a');
      const given = publication('a', {
        event: 'e',
        data: '{\n"é": "\\ud800\\n😀"\n}',
        echo: false,
        client: 'c',
        user: 'u\n',
      });
      const { seq } = await bus.append(given);
      await recorder.received(seq);
      expect(recorder.entries).toEqual([{ ...given, seq, prev: 0, time: recorder.entries[0]?.time }]);
    });

    it('are of the channels subscribed only, and end with unsubscribe', async () => {
      const bus = harness.create();
      const recorder = listenTo(bus);
      await bus.subscribe('a');
      await bus.subscribe('marker');
      await appendTo(bus, 'b', 'a'); // 1, 2
      await recorder.received(2);
      await bus.unsubscribe('a');
      await appendTo(bus, 'a', 'marker'); // 3, 4
      await recorder.received(4);
      await bus.subscribe('a');
      await bus.subscribe('a');
      await appendTo(bus, 'a'); // 5
      await recorder.received(5);
      await bus.unsubscribe('never');
      await appendTo(bus, 'a'); // 6
      await recorder.received(6);
      expect(recorder.seqs).toEqual([2, 4, 5, 6]);
    });

    it('are of one log only', async () => {
      const [bus, stranger] = [harness.create(), harness.create()];
      const recorder = listenTo(bus);
      await bus.subscribe('a');
      await stranger.append(publication('a', { data: '"no"' }));
      await appendTo(bus, 'a');
      await recorder.received(1);
      expect(recorder.entries.map(({ data }) => data)).toEqual(['{"a":1}']);
    });

    it('and a read after subscribe leave no gap, whenever they come while others publish', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(40), fc.nat(40), async (appendedBefore, headStart) => {
          const bus = harness.create();
          const other = harness.join(bus);
          const recorder = listenTo(bus);
          await Promise.all(Array.from({ length: appendedBefore }, () => other.append(publication('a'))));
          const running = Array.from({ length: headStart }, () => other.append(publication('a')));
          const subscribed = bus.subscribe('a');
          running.push(...Array.from({ length: 40 }, () => other.append(publication('a'))));
          await subscribed;
          const { entries, last } = await readAll(bus, 'a');
          const total = appendedBefore + headStart + 40;
          await Promise.all(running);
          if (last < total) await recorder.received(total);
          const merged = new Map<number, Entry>([...entries, ...recorder.entries].map((entry) => [entry.seq, entry]));
          expect(merged.size).toBe(total);
          expectChain([...merged.values()].sort((one, next) => one.seq - next.seq));
          await Promise.all([bus.close(), other.close()]);
        }),
        { numRuns: 25 },
      );
    });
  });

  describe('close', () => {
    it('refuses everything afterwards and may be repeated', async () => {
      const bus = harness.create();
      await bus.check();
      await bus.close();
      await bus.close();
      const attempts: (() => Promise<unknown>)[] = [
        () => bus.append(publication('a')),
        () => bus.appendAll([publication('a')]),
        () => readAll(bus, 'a'),
        () => bus.listChannels({ prefix: '', after: 0, limit: 1 }),
        () => bus.deleteChannel('a'),
        () => bus.deleteMessage('a', { epoch: 'e', seq: 1 }),
        () => bus.deleteUserMessages('u'),
        () => bus.positions(['a']),
        () => bus.subscribe('a'),
        () => bus.putValue('k', 'v', 1000),
        () => bus.getValue('k'),
        () => bus.askProcesses('?', 1000),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toThrow(BusUnavailableError);
      await bus.unsubscribe('a');
    });
  });
}
