import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Entry, MemoryBus } from '../../src';
import { publication } from '../contract/harness';
import { Recorder } from '../recorder';

const TTL_MS = 1000;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

it('removes what has expired without a read', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: TTL_MS } });
  const announced: WeakRef<Entry>[] = [];
  const recorder = new Recorder();
  recorder.onAnnouncement = (_epoch, entry) => void announced.push(new WeakRef(entry));
  bus.listen(recorder);
  const kept = (): number => announced.filter((entry) => entry.deref() !== undefined).length;
  try {
    for (let channel = 0; channel < 100; channel++) {
      await bus.subscribe(`c${channel}`);
      await bus.append(publication(`c${channel}`));
    }
    // A WeakRef holds its object until the turn in which it was made is over.
    await new Promise(setImmediate);
    collectGarbage();
    expect(kept()).toBe(100);
    jest.advanceTimersByTime(TTL_MS + 1000);
    await new Promise(setImmediate);
    collectGarbage();
    expect(kept()).toBe(0);
    expect((await bus.positions(['c0', 'c99'])).last).toEqual([1, 100]);
  } finally {
    await bus.close();
    jest.useRealTimers();
  }
});

it('lets go of a channel with its last message, so that any number of channels takes no more than the messages may', async () => {
  const bus = new MemoryBus({
    retention: { size: 10, ttlMs: 600_000 },
    memoryMaxBytes: 100_000,
    channelsRemembered: 100,
  });
  const publishTo = async (from: number, to: number): Promise<void> => {
    for (let channel = from; channel < to; channel++) await bus.append(publication(`c${channel}`));
  };
  const usedBytes = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await publishTo(0, 2000);
  const before = usedBytes();
  // As fast as it goes: the upkeep of every second does not come to its turn.
  await publishTo(2000, 200_000);
  expect(usedBytes() - before).toBeLessThan(10_000_000);
  expect((await bus.positions(['c0', 'c199999'])).last).toEqual([199_900, 200_000]);
  await bus.close();
});

it('does not keep a process from ending', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: TTL_MS } });
  expect(timers()).toBe(before);
  await bus.close();
});
