import { type BusHarness } from './harness';

export function describeState(harness: BusHarness): void {
  describe('state', () => {
    it('is found by any node, the newest value of a key', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      expect(await bus.getValue('k')).toBeUndefined();
      await bus.putValue('k', ' one\n"😀"\n', 60_000);
      expect(await other.getValue('k')).toBe(' one\n"😀"\n');
      await other.putValue('k', '', 60_000);
      expect(await bus.getValue('k')).toBe('');
      expect(await bus.getValue('other')).toBeUndefined();
    });

    it('expires', async () => {
      const bus = harness.create();
      const before = await harness.now();
      await bus.putValue('k', 'v', 120);
      await bus.putValue('longer', 'v', 600_000);
      const put = await harness.now();
      let found: string | undefined;
      do {
        const asked = await harness.now();
        found = await bus.getValue('k');
        const answered = await harness.now();
        expect(found === undefined ? answered >= before + 120 : asked <= put + 120).toBe(true);
        await harness.tick();
      } while (found !== undefined);
      expect(await bus.getValue('longer')).toBe('v');
    });
  });
}
