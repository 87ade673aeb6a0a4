import { type Bus, MemoryBus } from '../src';
import { describeBus } from './bus.contract';
import { SETTINGS } from './contract/harness';

const buses: Bus[] = [];
let now = 1_700_000_000_000;

function createMemoryBus(settings: Partial<typeof SETTINGS> = {}): MemoryBus {
  const bus = new MemoryBus({ ...SETTINGS, ...settings }, { now: () => now });
  buses.push(bus);
  return bus;
}

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
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
