import { END_EVENT, type Member, WEBHOOK_EVENTS } from '@tetracast/message-model';
import type { Bus, PresenceChange, QueuedWebhook } from '../../src';
import { type BusHarness, passTo, publication } from './harness';

const LONG_MS = 600_000;

const change = (kind: PresenceChange['kind'], member: string): PresenceChange => ({
  ...{ kind, member, channel: 'a', info: '' },
  about: JSON.stringify({ id: member }),
});

export function describeWebhooks(harness: BusHarness): void {
  const createWith = async (maxBytes: number, events = WEBHOOK_EVENTS.slice()): Promise<Bus> => {
    const bus = harness.create({ webhooks: { events, maxBytes } });
    await bus.renewLease('p', LONG_MS, true);
    return bus;
  };
  const take = async (bus: Bus): Promise<readonly QueuedWebhook[]> =>
    (await bus.takeWebhooks('s', { leaseMs: LONG_MS, count: 100 }))?.webhooks ?? [];

  describe('webhooks', () => {
    it('are added in order, once each, and stay until they are removed', async () => {
      const bus = await createWith(1e6);
      await bus.changePresence('p', [change('join', '1'), change('join', '1'), change('join', '2')], 10);
      await bus.changePresence('p', [change('leave', '1'), change('leave', '2'), change('leave', '2')], 10);
      await bus.append(publication('b', { event: END_EVENT, ends: true, data: '{"x":[]}' }));
      await bus.append(publication('c'));

      const webhooks = await take(harness.join(bus));
      expect(webhooks.map(({ event, channel }) => `${event} ${channel}`)).toEqual([
        'channel.occupied a',
        'member.joined a',
        'member.joined a',
        'member.left a',
        'member.left a',
        'channel.vacated a',
        'channel.ended b',
      ]);
      expect((JSON.parse(webhooks[1]?.data ?? '') as Member).id).toBe('1');
      expect(webhooks.at(-1)?.data).toBe('{"x":[]}');
      expect(await take(bus)).toEqual(webhooks);
      const page = await bus.takeWebhooks('s', { leaseMs: LONG_MS, count: 2, after: webhooks[2]?.id });
      expect(page?.webhooks).toEqual(webhooks.slice(3, 5));
      await bus.removeWebhooks(
        webhooks.slice(0, 6).map(({ id }) => id),
        0,
      );
      expect(await take(bus)).toEqual(webhooks.slice(6));
    });

    it('are those that are asked for', async () => {
      const bus = await createWith(1e6, ['member.left']);
      await bus.changePresence('p', [change('join', '1'), change('leave', '1')], 10);
      expect((await take(bus)).map(({ event }) => event)).toEqual(['member.left']);
      const none = harness.create();
      await none.append(publication('b', { event: END_EVENT, ends: true }));
      expect(await take(none)).toEqual([]);
    });

    it('are dropped and counted above the limit, the oldest first', async () => {
      const bus = await createWith(1000, ['member.joined']);
      for (let n = 0; n < 30; n++) await bus.changePresence('p', [change('join', `m${n}`)], 100);
      const { webhooks = [], dropped = 0 } = (await bus.takeWebhooks('s', { leaseMs: LONG_MS, count: 100 })) ?? {};
      expect([webhooks.length + dropped, webhooks.length > 0, dropped > 0]).toEqual([30, true, true]);
      expect((JSON.parse(webhooks.at(-1)?.data ?? '') as Member).id).toBe('m29');
      await bus.removeWebhooks(
        webhooks.map(({ id }) => id),
        dropped,
      );
      expect(await bus.takeWebhooks('s', { leaseMs: LONG_MS, count: 100 })).toEqual({ webhooks: [], dropped: 0 });
      await bus.changePresence('p', [change('join', 'next')], 100);
      expect(await take(bus)).toHaveLength(1);
    });

    it('are sent by one process at a time', async () => {
      const bus = await createWith(1e6);
      expect(await bus.takeWebhooks('one', { leaseMs: 100, count: 1 })).toBeDefined();
      expect(await bus.takeWebhooks('other', { leaseMs: LONG_MS, count: 1 })).toBeUndefined();
      expect(await bus.takeWebhooks('one', { leaseMs: 100, count: 1 })).toBeDefined();
      await passTo(harness, (await harness.now()) + 101);
      expect(await bus.takeWebhooks('other', { leaseMs: LONG_MS, count: 1 })).toBeDefined();
      expect(await bus.takeWebhooks('one', { leaseMs: 100, count: 1 })).toBeUndefined();
    });
  });
}
