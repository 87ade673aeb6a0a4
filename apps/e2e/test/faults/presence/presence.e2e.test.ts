import { pollUntil } from '@tetracast/testing';
import fc from 'fast-check';
import type { FaultyRedis } from '../log-servers';
import { SentinelRedis } from '../sentinel-redis';
import { SwitchedRedis } from '../switched-redis';
import { type Recorder, startClient } from '../subscribers';
import { LeaseWatch } from './lease-watch';
import { flawsOf, runScript, tokenFor } from './run-script';
import { script } from './script';
import { ThreeProcesses } from './three-processes';

const isLong = process.env['FAULTS'] === 'long';
const RUNS = Number(process.env['FAULTS_ROUNDS'] ?? (isLong ? 10 : 1));
/** The last resort: what hangs is found by its own wait. */
const RUN_TIMEOUT_MS = 600_000;

const RENEWALS_IN_TWO_LEASES = 6;

const NOBODY: Recorder = {
  message: () => undefined,
  reset: () => undefined,
  fail: (error) => {
    throw error;
  },
};

/** In short, the one that starts sooner. */
const LOGS: readonly (readonly [name: string, start: () => Promise<FaultyRedis>])[] = [
  ['one address', () => SwitchedRedis.start()],
  ['Sentinel', () => SentinelRedis.start()],
];

describe.each(LOGS.slice(0, isLong ? LOGS.length : 1))('with Redis behind %s', (name, start) => {
  let system: ThreeProcesses;
  const slowest: number[] = [];

  beforeAll(async () => {
    system = await ThreeProcesses.start(await start());
  }, RUN_TIMEOUT_MS);

  afterAll(async () => {
    process.stdout.write(
      `\npresence, ${name}: ${slowest.length} runs, the slowest leave of each in ms: ${slowest.join(' ')}\n`,
    );
    await system[Symbol.asyncDispose]();
  }, RUN_TIMEOUT_MS);

  it(
    'the member of a killed process leaves when its lease is over, before the others have renewed theirs for two leases',
    async () => {
      await using watch = await LeaseWatch.open(system.redis.primary.port);
      const wanted = {
        channels: ['room:ghost'],
        parameters: { presence: 'true', token: tokenFor('ghost') },
        events: [],
      };
      const client = await startClient('websocket', system.url(0), wanted, NOBODY);
      await client.opened;
      const look = (): string | undefined => watch.holder;
      const holder = (await pollUntil(look, (process) => process !== undefined)) ?? '';
      const lease = Number(await system.redis.primary.command('ZSCORE', '{tetracast}:leases', holder));
      const renewed = watch.renewals.length;
      await system.kill(0, async () => {
        await client[Symbol.asyncDispose]();
      });
      const seen = (): unknown => [watch.leftAt, watch.renewals.length];
      await pollUntil(seen, () => watch.leftAt !== undefined, RUN_TIMEOUT_MS);

      const { leftAt = 0, renewals } = watch;
      const ends = renewals.filter(({ process }) => process === holder).map(({ endsAt }) => endsAt);
      expect(leftAt).toBeGreaterThanOrEqual(Math.max(lease, ...ends));
      // The renewals of the others are the clock, so that it does not matter how fast the machine is.
      const since = renewals.slice(renewed).filter(({ at, process }) => process !== holder && at < leftAt);
      for (const name of new Set(since.map(({ process }) => process))) {
        const { length } = since.filter(({ process }) => process === name);
        expect(length).toBeLessThanOrEqual(RENEWALS_IN_TWO_LEASES);
      }
    },
    RUN_TIMEOUT_MS,
  );

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
});
