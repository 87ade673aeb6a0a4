import { Recorder } from '../recorder';
import { ready } from '../ready';
import type { BusHarness } from './harness';

const ALL_OK = { read: 'ok', write: 'ok', announce: 'ok', hear: 'ok' };

export function describeCheck(harness: BusHarness): void {
  describe('check', () => {
    it('says that all can be done, also to several that ask at the same time', async () => {
      const bus = harness.create();
      await ready(bus);
      expect(await Promise.all([bus.check(), harness.join(bus).check(), bus.check()])).toEqual([
        ALL_OK,
        ALL_OK,
        ALL_OK,
      ]);
    });

    it('stores nothing and calls no listener', async () => {
      const bus = harness.create();
      const recorder = new Recorder();
      bus.listen(recorder);
      await bus.subscribe('a');
      await ready(bus);
      expect(await bus.positions(['a', '$proof'])).toMatchObject({ head: 0, last: [0, 0] });
      expect(recorder.entries).toEqual([]);
    });

    it('says why not, and does not throw, once the bus is closed', async () => {
      const bus = harness.create();
      await ready(bus);
      await bus.close();
      const closed = 'The bus is closed';
      expect(await bus.check()).toEqual({ read: closed, write: closed, announce: closed, hear: closed });
    });
  });
}
