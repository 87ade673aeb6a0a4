import { isOurs, runRounds } from '../src/rounds';
import { SCENARIOS } from '../src/scenarios';

const PACE = { quick: true };
/** What they measure may be nothing, or less than before: memory that came to it, time without a core, messages not sent. */
const MAY_BE_NOTHING = [
  'KB',
  'KB a minute',
  'no core %',
  'not sent %',
  'CPU-ms a join',
  '5: first word, p50 ms added',
  '5: first word, p99 ms added',
];

describe('the benchmarks, in short', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s: every message comes once and in order',
    async (_name, scenario) => {
      // What the peers lose is theirs: Nchan's long-poll has no message for who was not there when it came.
      const systems = (scenario.inShort ?? scenario.systems).filter(isOurs);
      const result = await runRounds({ ...scenario, systems }, 1, PACE, () => undefined);
      const cells = result.rows.flatMap(({ name, transport, cells }) =>
        Object.entries(cells).map(([column, { lost, median }]) => ({
          system: `${transport} ${name}`,
          column,
          lost,
          median,
        })),
      );
      expect(cells.length).toBeGreaterThanOrEqual(systems.length);
      expect(cells.filter(({ lost }) => lost > 0)).toEqual([]);
      expect(cells.filter(({ column, median }) => !(median > 0) && !MAY_BE_NOTHING.includes(column))).toEqual([]);
    },
    120_000,
  );
});
