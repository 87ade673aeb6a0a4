import { Progress } from '@tetracast/testing';
import { randomUUID } from 'node:crypto';
import type { AnswerCluster } from './answer-cluster';
import type { AnswerFault } from './answer-faults';
import { type Outcome, runAnswer } from './run-answer';
import type { AnswerScript } from './script';

/** So many answers run at the same time. */
const AT_ONCE = 20;
/** So often it is tried whether a fault is over. */
const PROBES = 20;

/** An answer whose end shows that a fault is over. */
const PROBE: AnswerScript = {
  kind: 'polling',
  answer: { form: 'text', seed: 0, words: 3 },
  actions: [],
};

/** Runs all answers, and one fault after the other in between, each while answers run. */
export async function runAnswers(
  system: AnswerCluster,
  scripts: readonly AnswerScript[],
  faults: readonly AnswerFault[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const started = new Progress();
  let next = 0;
  const runRest = async (): Promise<void> => {
    for (let script = scripts[next++]; script !== undefined; script = scripts[next++]) {
      started.moved();
      outcomes.push(await runAnswer(system, script, randomUUID()));
    }
  };
  const sufferAll = async (): Promise<void> => {
    for (const [index, fault] of faults.entries()) {
      const after = Math.floor(((index + 0.5) * scripts.length) / faults.length);
      await started.until(
        () => next > after,
        () => `${after} answers started`,
        Infinity,
      );
      await system.suffer(fault, () => probe(system, fault.name));
    }
  };
  const suffering = sufferAll();
  suffering.catch(() => undefined); // thrown when no answer runs any more
  await Promise.all(Array.from({ length: AT_ONCE }, runRest));
  await suffering;
  return outcomes;
}

async function probe(system: AnswerCluster, fault: string): Promise<void> {
  let last: Outcome | undefined;
  for (let attempt = 0; attempt < PROBES; attempt++) {
    last = await runAnswer(system, PROBE, randomUUID());
    if (last.verdicts.every(({ state }) => state === 'whole')) return;
  }
  throw new Error(`no answer is whole after the fault "${fault}": ${JSON.stringify(last?.verdicts)}`);
}
