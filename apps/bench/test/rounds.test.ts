import { runRounds } from '../src/rounds';
import type { Scenario } from '../src/scenario';
import type { System } from '../src/system';

function system(name: string, fails: boolean): System {
  return {
    name,
    transport: 'SSE',
    start: () =>
      fails
        ? Promise.reject(new Error('load: refused: 502\r\nand more'))
        : Promise.resolve({ pids: [], load: {}, [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
}

function scenario(...systems: System[]): Scenario {
  const measure = (): ReturnType<Scenario['measure']> => Promise.resolve([{ column: 'x', value: 3, lost: 0 }]);
  return { name: 'some', title: '', unit: '', method: '', systems, measure };
}

const silent = (): void => undefined;

it('notes beside the table what another server could not do, and continues', async () => {
  const { rows, left } = await runRounds(
    scenario(system('Pushpin', true), system('Tetracast', false)),
    2,
    { quick: true },
    silent,
  );
  expect(left).toEqual(['SSE Pushpin, round 1: load: refused: 502', 'SSE Pushpin, round 2: load: refused: 502']);
  expect(rows.map(({ cells }) => cells['x']?.values)).toEqual([undefined, [3, 3]]);
});

it('ends when one of ours fails', async () => {
  await expect(runRounds(scenario(system('Tetracast', true)), 1, { quick: true }, silent)).rejects.toThrow('refused');
});
