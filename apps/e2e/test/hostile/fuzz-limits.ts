import fc from 'fast-check';

/** How much further to go than usual: `FUZZ_RUNS=20` plays twenty times the cases. */
const TIMES = Number(process.env['FUZZ_RUNS'] || 1);

/** Where to begin: the same seed plays the same cases, and a failure prints it. */
const SEED = Number(process.env['FUZZ_SEED'] || 20_261_124);

/** The last resort for one test, in ms: what hangs is found by its own wait. A fiftieth is enough on a quiet machine. */
export const TEST_TIMEOUT_MS = 900_000 * TIMES;

/** The parameters of a property that usually plays `runs` cases; the `round`s of one property play different ones. */
export function limitsOf(runs: number, round = 0): fc.Parameters<unknown> {
  return {
    seed: SEED + round,
    numRuns: Math.ceil(runs * TIMES),
    // So that a property which fails slowly still prints its smallest case before the test times out.
    plugins: [fc.interruptAfterTimeLimit(TEST_TIMEOUT_MS * 0.4, { failOnInterrupt: true })],
  };
}
