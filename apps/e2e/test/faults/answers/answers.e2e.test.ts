import fc from 'fast-check';
import type { FaultyRedis } from '../log-servers';
import { SentinelRedis } from '../sentinel-redis';
import { SwitchedRedis } from '../switched-redis';
import { AnswerCluster } from './answer-cluster';
import { ANSWER_FAULTS } from './answer-faults';
import { report, wrongIn } from './report';
import { runAnswers } from './run-answers';
import { type Kind, KINDS, KINDS_IN_SHORT, scriptFor } from './script';

/** Answers to each kind of client: `nx run e2e:answers` runs 200. */
const ANSWERS = Number(process.env['ANSWERS'] ?? 8);
const IS_LONG = ANSWERS > 8;
/** Of which everything random follows; a failure prints it. */
const SEED = Number(process.env['ANSWERS_SEED'] ?? Date.now() % 2 ** 31);
/** In the long form, in which each fault is there. */
const ANSWERS_PER_FAULT = 25;
const FAULTS_IN_SHORT = 4;
/** The last resort: what hangs is found by its own wait. */
const RUN_TIMEOUT_MS = 3_600_000;

/** In short, the one that starts sooner. */
const LOGS: readonly (readonly [name: string, start: () => Promise<FaultyRedis>])[] = [
  ['one address', () => SwitchedRedis.start()],
  ['Sentinel', () => SentinelRedis.start()],
];

describe.each(LOGS.slice(0, IS_LONG ? LOGS.length : 1))('with Redis behind %s', (name, start) => {
  it(
    `${ANSWERS} answers to each kind of client, whatever is done to them and to the system, are what the model sent or fail with a code (ANSWERS_SEED=${SEED})`,
    async () => {
      const kinds: readonly Kind[] = IS_LONG ? KINDS : KINDS_IN_SHORT;
      const all = fc.tuple(
        ...kinds.map((kind) => fc.array(scriptFor(kind), { minLength: ANSWERS, maxLength: ANSWERS })),
      );
      const rounds = Math.ceil((kinds.length * ANSWERS) / ANSWERS_PER_FAULT / ANSWER_FAULTS.length);
      const plan = fc.record({
        scripts: all.chain((some) => shuffled(some.flat())),
        faults: fc.tuple(...Array.from({ length: rounds }, () => shuffled(ANSWER_FAULTS))).map((all) => all.flat()),
      });
      const [{ scripts, faults } = { scripts: [], faults: [] }] = fc.sample(fc.noBias(plan), {
        seed: SEED,
        numRuns: 1,
      });
      await using system = await AnswerCluster.start(await start(), { hasBrowser: kinds.includes('chat') });
      const outcomes = await runAnswers(system, scripts, IS_LONG ? faults : faults.slice(0, FAULTS_IN_SHORT));
      process.stdout.write(`\nanswers, ${name}, ANSWERS_SEED=${SEED}\n${report(outcomes)}\n`);
      expect(wrongIn(outcomes)).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );
});

const shuffled = <T>(all: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });
