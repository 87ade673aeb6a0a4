import fc from 'fast-check';
import { flawsOf, runScript } from './run-script';
import { script } from './script';
import { ThreeProcesses } from './three-processes';

const isLong = process.env['FAULTS'] === 'long';
const RUNS = Number(process.env['FAULTS_ROUNDS'] ?? (isLong ? 10 : 1));
/** The last resort: what hangs is found by its own wait. */
const RUN_TIMEOUT_MS = 600_000;

let system: ThreeProcesses;
const slowest: number[] = [];

beforeAll(async () => {
  system = await ThreeProcesses.start();
}, RUN_TIMEOUT_MS);

afterAll(async () => {
  process.stdout.write(`\npresence: ${slowest.length} runs, the slowest leave of each in ms: ${slowest.join(' ')}\n`);
  await system[Symbol.asyncDispose]();
}, RUN_TIMEOUT_MS);

it(
  'whatever is done to three processes, Redis and their clients, the members are the true ones, with one join and one leave each',
  async () => {
    const property = fc.asyncProperty(script, async (steps) => {
      const outcome = await runScript(system, steps);
      slowest.push(outcome.slowestLeaveMs);
      expect(flawsOf(outcome)).toEqual([]);
    });
    // A run takes a minute of waiting, so a failure is not made smaller.
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  },
  RUNS * RUN_TIMEOUT_MS,
);
