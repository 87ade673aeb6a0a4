import { companionOf, JOIN_EVENT, LEAVE_EVENT, type Member } from '@tetracast/message-model';
import fc from 'fast-check';
import type { Bus, PresenceChange } from '../../src';
import { type BusHarness, passTo, readAll } from './harness';

const LONG_MS = 600_000;
const MOST = 100;

const change = (kind: PresenceChange['kind'], member: string, info = '', channel = 'a'): PresenceChange => ({
  ...{ kind, channel, member, info },
  about: JSON.stringify({ id: member }),
});

const join = (member: string, info?: string, channel?: string): PresenceChange => change('join', member, info, channel);
const leave = (member: string, channel?: string): PresenceChange => change('leave', member, '', channel);

/** All joins and leaves of a channel, each as `+member` or `-member`. */
async function eventsOf(bus: Bus, channel = 'a'): Promise<string[]> {
  const { entries } = await readAll(bus, companionOf(channel));
  return entries.map(({ event, data }) => `${signOf(event)}${(JSON.parse(data) as Member).id}`);
}

function signOf(event: string): string {
  expect([JOIN_EVENT, LEAVE_EVENT]).toContain(event);
  return event === JOIN_EVENT ? '+' : '-';
}

async function membersOf(bus: Bus, channel = 'a'): Promise<Member[]> {
  const { members } = await bus.readMembers(channel, { limit: 1000 });
  return members.map((text) => JSON.parse(text) as Member);
}

export function describePresence(harness: BusHarness): void {
  const createWith = async (...processes: string[]): Promise<Bus> => {
    const bus = harness.create();
    for (const process of processes) await bus.renewLease(process, LONG_MS, true);
    return bus;
  };

  describe('presence', () => {
    it('has one join and one leave of a member, however many processes hold it', async () => {
      const bus = await createWith('p', 'q');
      const other = harness.join(bus);
      expect(await bus.changePresence('p', [join('m', '{"a":[]}'), join('m', '{"a":[]}')], MOST)).toMatchObject({
        isHeld: true,
        refused: [],
      });
      await other.changePresence('q', [join('m', '{"a":[]}')], MOST);
      const [{ since } = { since: 0 }] = await membersOf(bus);
      expect(await membersOf(other)).toEqual([{ id: 'm', since, info: { a: [] } }]);
      await bus.changePresence('p', [leave('m')], MOST);
      expect(await eventsOf(bus)).toEqual(['+m']);
      await other.changePresence('q', [leave('m'), leave('m')], MOST);
      await bus.changePresence('p', [leave('m')], MOST);
      expect(await eventsOf(bus)).toEqual(['+m', '-m']);
      const { entries } = await readAll(bus, companionOf('a'));
      expect(entries.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
        { id: 'm', since, info: { a: [] } },
        { id: 'm', since },
      ]);
      expect(await bus.readMembers('a', { limit: 10 })).toMatchObject({ count: 0, members: [], head: 2 });
    });

    it('joins again when the info changes, with the time of the first', async () => {
      const bus = await createWith('p', 'q');
      await bus.changePresence('p', [join('m', '1')], MOST);
      const [first] = await membersOf(bus);
      await harness.tick();
      await bus.changePresence('q', [join('m', '2')], MOST);
      expect(await membersOf(bus)).toEqual([{ ...first, info: 2 }]);
      expect(await eventsOf(bus)).toEqual(['+m', '+m']);
    });

    it('keeps channels apart, and refuses joins above the most members alone', async () => {
      const bus = await createWith('p');
      const { refused } = await bus.changePresence(
        'p',
        [join('1'), join('2'), join('3'), join('1'), join('3', '', 'b')],
        2,
      );
      expect(refused).toEqual([2]);
      expect([(await membersOf(bus)).length, (await membersOf(bus, 'b')).length]).toEqual([2, 1]);
    });

    it.each(['abc', '-1', '99999999999999999999', ''])(
      'counts all members on a page %j that it never named',
      async (page) => {
        const bus = await createWith('p');
        await bus.changePresence('p', [join('m')], MOST);
        expect(await bus.readMembers('a', { limit: 10, page })).toMatchObject({ count: 1 });
      },
    );

    it('pages all members, with the head and the number of all', async () => {
      const bus = await createWith('p');
      const ids = Array.from({ length: 1000 }, (_, i) => `m${i}`);
      for (let from = 0; from < ids.length; from += 100)
        await bus.changePresence(
          'p',
          ids.slice(from, from + 100).map((id) => join(id)),
          10_000,
        );
      expect(await bus.readMembers('a', { limit: 0 })).toMatchObject({ count: 1000, head: 1000, members: [] });
      const found = new Set<string>();
      let page: string | undefined;
      do {
        const answer = await bus.readMembers('a', { limit: 100, ...(page === undefined ? {} : { page }) });
        for (const text of answer.members) found.add((JSON.parse(text) as Member).id);
        expect(answer.members.length).toBeLessThan(500);
        page = answer.next;
      } while (page !== undefined);
      expect([...found].sort()).toEqual([...ids].sort());
    });
  });

  describe('a process without a lease', () => {
    it('changes nothing, and loses its members once', async () => {
      const bus = await createWith('q');
      const leaseMs = 100;
      expect(await bus.renewLease('p', leaseMs, true)).toMatchObject({ isHeld: true, expired: [] });
      await bus.changePresence('p', [join('m'), join('shared')], MOST);
      await bus.changePresence('q', [join('shared')], MOST);
      expect(await bus.releaseExpired('q')).toBe(false);
      await passTo(harness, (await harness.now()) + leaseMs);

      expect(await bus.changePresence('p', [join('late'), leave('m')], MOST)).toMatchObject({ isHeld: false });
      expect(await bus.renewLease('p', leaseMs, false)).toMatchObject({ isHeld: false });
      expect(await bus.renewLease('q', LONG_MS, false)).toMatchObject({ isHeld: true, expired: ['p'] });
      const release = async (): Promise<void> => {
        while (!(await bus.releaseExpired('p')));
      };
      await Promise.all([release(), release(), release()]);

      expect(await eventsOf(bus)).toEqual(['+m', '+shared', '-m']);
      expect((await membersOf(bus)).map(({ id }) => id)).toEqual(['shared']);
      expect(await bus.renewLease('q', LONG_MS, false)).toMatchObject({ expired: [] });
    });

    it('keeps a member that it registers under a new name first', async () => {
      const bus = await createWith('p2');
      await bus.renewLease('p1', 50, true);
      await bus.changePresence('p1', [join('m')], MOST);
      await passTo(harness, (await harness.now()) + 50);
      await bus.changePresence('p2', [join('m')], MOST);
      while (!(await bus.releaseExpired('p1')));
      expect(await eventsOf(bus)).toEqual(['+m']);
    });
  });

  it('the members at every moment are the fold of the log, by any processes', async () => {
    const step = fc.record({
      process: fc.constantFrom('p', 'q', 'r'),
      kind: fc.constantFrom('join' as const, 'leave' as const),
      member: fc.constantFrom('1', '2', '3'),
    });
    const bus = await createWith('p', 'q', 'r');
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const channel = `run${run++}`;
        const holders = new Map<string, Set<string>>(['1', '2', '3'].map((id) => [id, new Set()]));
        const expected: string[] = [];
        for (const { process, kind, member } of steps) {
          const set = holders.get(member) as Set<string>;
          const before = set.size;
          if (kind === 'join') set.add(process);
          else set.delete(process);
          if (before === 0 && set.size > 0) expected.push(`+${member}`);
          if (before > 0 && set.size === 0) expected.push(`-${member}`);
          await bus.changePresence(process, [change(kind, member, '', channel)], MOST);
        }
        expect(await eventsOf(bus, channel)).toEqual(expected);
        const present = [...holders].filter(([, set]) => set.size > 0).map(([id]) => id);
        expect((await membersOf(bus, channel)).map(({ id }) => id).sort()).toEqual(present);
      }),
      { numRuns: 15 },
    );
  });
}
