import { type BusHarness } from './harness';

export function describeState(harness: BusHarness): void {
  describe('state', () => {
    it('is found by any node, the newest value of a key', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      expect(await bus.getState('k')).toBeUndefined();
      await bus.putState('k', ' one\n"😀"\n', 60_000);
      expect(await other.getState('k')).toBe(' one\n"😀"\n');
      await other.putState('k', '', 60_000);
      expect(await bus.getState('k')).toBe('');
      expect(await bus.getState('other')).toBeUndefined();
    });

    it('is gone after its time', async () => {
      const bus = harness.create();
      const before = await harness.now();
      await bus.putState('k', 'v', 120);
      await bus.putState('longer', 'v', 600_000);
      const put = await harness.now();
      let found: string | undefined;
      do {
        const asked = await harness.now();
        found = await bus.getState('k');
        const answered = await harness.now();
        expect(found === undefined ? answered >= before + 120 : asked <= put + 120).toBe(true);
        await harness.tick();
      } while (found !== undefined);
      expect(await bus.getState('longer')).toBe('v');
    });
  });
}
