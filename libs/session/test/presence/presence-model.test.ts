import fc from 'fast-check';
import { BOUND_MS, type SimulatedProcess, SimulatedWorld } from './simulated-world';

const MEMBERS = ['1', '2', '3', '4'];

const process = fc.nat(2);
const member = fc.constantFrom(...MEMBERS);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('connect' as const), process, member }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('disconnect' as const), process, member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), process }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause' as const, 'resume' as const, 'cut off' as const, 'join up' as const),
      process,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'heal' as const, 'lose' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(100, 6000, 20_000, 60_000) }),
  },
);

/** One join and one leave in turn for each member, and the fold of all is the snapshot. */
async function expectFold(world: SimulatedWorld): Promise<void> {
  const present = new Set<string>();
  for (const event of await world.events()) {
    const id = event.slice(1);
    expect([event, present.has(id)]).toEqual([event, event.startsWith('-')]);
    if (event.startsWith('+')) present.add(id);
    else present.delete(id);
  }
  expect(await world.members()).toEqual([...present].sort());
}

it('whatever happens to three processes and the store, the fold is the set, and in the end the true one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = new SimulatedWorld();
      const slots: SimulatedProcess[] = [await world.start(), await world.start(), await world.start()];
      const at = (index: number): SimulatedProcess => slots[index] as SimulatedProcess;
      for (const one of steps) {
        if (one.kind === 'connect') await at(one.process).connect(one.member);
        else if (one.kind === 'disconnect') await at(one.process).disconnect(one.member);
        else if (one.kind === 'kill') {
          at(one.process).kill();
          slots[one.process] = await world.start();
        } else if (one.kind === 'pause' || one.kind === 'resume') at(one.process).isPaused = one.kind === 'pause';
        else if (one.kind === 'cut off' || one.kind === 'join up') at(one.process).isCutOff = one.kind === 'cut off';
        else if (one.kind === 'cut' || one.kind === 'heal') world.isStoreAway = one.kind === 'cut';
        else if (one.kind === 'wait') await world.advance(one.ms);
        else await world.replaceStore();
        await expectFold(world);
      }
      world.isStoreAway = false;
      for (const slot of slots) Object.assign(slot, { isPaused: false, isCutOff: false });
      await world.advance(BOUND_MS + 20_000);
      await expectFold(world);
      const connected = new Set(slots.flatMap(({ connections }) => [...connections.keys()]));
      expect(await world.members()).toEqual([...connected].sort());
      await world.close();
    }),
    { numRuns: 25 },
  );
});
