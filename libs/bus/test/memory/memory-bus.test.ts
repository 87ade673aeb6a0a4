import { nodeRuntime } from '@tetracast/node-io/runtime';
import { type Bus, MemoryBus } from '../../src';
import { describeBus } from '../bus.contract';
import { appendTo, readAll, SETTINGS } from '../contract/harness';

const buses: Bus[] = [];
let now = 1_700_000_000_000;

function createMemoryBus(settings: Partial<typeof SETTINGS> = {}): MemoryBus {
  const bus = new MemoryBus({ ...SETTINGS, ...settings }, { runtime: { ...nodeRuntime, now: () => now } });
  buses.push(bus);
  return bus;
}

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

it('stores a message in a channel whose others have all expired', async () => {
  const bus = createMemoryBus({ retention: { size: 10, ttlMs: 1000 } });
  await appendTo(bus, 'a', 'a');
  now += 1000;
  await appendTo(bus, 'a');
  expect(await readAll(bus, 'a')).toMatchObject({ entries: [{ seq: 3, prev: 2 }], trimmed: true });
});

describeBus('MemoryBus', {
  create: createMemoryBus,
  join: (bus) => bus,
  now: () => Promise.resolve(now),
  tick: () => {
    now++;
    // A turn of the event loop, so that a test that waits in vain is ended by its time-out.
    return new Promise((resolve) => setImmediate(resolve));
  },
});
