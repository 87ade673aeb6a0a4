import type { Bus, RelayRequest } from '../../src';
import { type BusHarness, passTo } from './harness';

const LONG_MS = 600_000;

const request = (channel: string, more: Partial<RelayRequest> = {}): RelayRequest => ({
  ...{ channel, leaseMs: LONG_MS, owners: [], keyTtlMs: LONG_MS },
  ...more,
});

export function describeRelays(harness: BusHarness): void {
  describe('relays', () => {
    it('with one key are one, in every process', async () => {
      const bus = harness.create();

      expect(await bus.admitRelay(request('a', { key: 'k' }))).toEqual({ kind: 'new' });
      expect(await harness.join(bus).admitRelay(request('b', { key: 'k' }))).toEqual({ kind: 'known', channel: 'a' });
      expect(await bus.admitRelay(request('c', { key: 'other' }))).toEqual({ kind: 'new' });
      expect(await bus.admitRelay(request('d'))).toEqual({ kind: 'new' });
    });

    it('of one owner are limited at a time', async () => {
      const bus = harness.create();
      const [ann, bob] = ['ann', 'bob'].map((name) => ({ name, atOnce: 2, aDay: 0 }));
      const admit = (on: Bus, channel: string, ...owners: NonNullable<typeof ann>[]) =>
        on.admitRelay(request(channel, { owners }));

      await admit(bus, 'a', ann!);
      await admit(bus, 'b', ann!, bob!);
      expect(await admit(harness.join(bus), 'c', bob!, ann!)).toEqual({ kind: 'refused', owner: ann, limit: 'atOnce' });
      // One that was refused does not count.
      expect(await admit(bus, 'd', bob!)).toEqual({ kind: 'new' });
      await bus.releaseRelay('a');
      expect(await admit(bus, 'e', ann!)).toEqual({ kind: 'new' });
    });

    it('of one owner are limited on one day', async () => {
      const bus = harness.create();
      const owner = { name: 'ann', atOnce: 0, aDay: 2 };
      for (const channel of ['a', 'b']) {
        expect(await bus.admitRelay(request(channel, { owners: [owner] }))).toEqual({ kind: 'new' });
        await bus.releaseRelay(channel);
      }

      expect(await bus.admitRelay(request('c', { owners: [owner] }))).toEqual({
        ...{ kind: 'refused', limit: 'aDay' },
        owner,
      });
    });

    it('whose process is silent are taken by one other, once', async () => {
      const bus = harness.create();
      const owner = { name: 'ann', atOnce: 1, aDay: 0 };
      await bus.admitRelay(request('a', { leaseMs: 20, owners: [owner] }));
      await bus.admitRelay(request('b'));
      expect(await bus.renewRelays(['a', 'b'], 20)).toEqual([]);
      await bus.renewRelays(['b'], LONG_MS);
      await passTo(harness, (await harness.now()) + 21);

      const other = harness.join(bus);
      expect(await other.takeExpiredRelays(LONG_MS)).toEqual(['a']);
      expect(await other.takeExpiredRelays(LONG_MS)).toEqual([]);
      await other.releaseRelay('a');

      expect(await bus.renewRelays(['a', 'b'], LONG_MS)).toEqual(['a']);
      expect(await bus.admitRelay(request('c', { owners: [owner] }))).toEqual({ kind: 'new' });
    });

    it('that are not renewed do not count for their owner', async () => {
      const bus = harness.create();
      const owner = { name: 'ann', atOnce: 1, aDay: 0 };
      await bus.admitRelay(request('a', { leaseMs: 5, owners: [owner] }));
      await passTo(harness, (await harness.now()) + 6);

      expect(await bus.admitRelay(request('b', { owners: [owner] }))).toEqual({ kind: 'new' });
    });
  });
}
