import { type AnswersFigures, readAnswers } from '../../answers-load';
import type { Pace, Reading, Scenario } from '../../scenario';
import { relay } from '../../systems/relay';

const ANSWERS = [100, 1000];
const WORDS_PER_SECOND = 50;
const WORDS = 200;

export const answers: Scenario = {
  name: 'answers',
  title: 'Answers of a model through the relay',
  unit: 'as each column says',
  method:
    `${ANSWERS.join(' or ')} answers at the same time, each of ${WORDS} words at ${WORDS_PER_SECOND} a second in the form of OpenAI, and the ` +
    'next one after the last word. The service and its Redis share one core; the model and those who read share the other. Each word ' +
    'is one chunk of the model; a log write is one message. The time to the first word, from the request on a new connection, is ' +
    'compared with that of as many answers directly from the model.',
  systems: [relay(), relay('redis')],
  measure: async ({ load, pids, model }, pace) => {
    if (model === undefined) throw new Error('there is no model');
    const url = `http://127.0.0.1:${load['port'] ?? ''}/relay/bench`;
    const readings: Reading[] = [];
    for (const count of pace.quick ? [5] : ANSWERS) {
      const direct = await readAnswers(optionsOf(`${model.url}/chat/completions`, count, pace), [model.pid]);
      const relayed = await readAnswers(optionsOf(url, count, pace), pids);
      readings.push(...compare(count, direct, relayed, pace));
    }
    return readings;
  },
};

function optionsOf(url: string, answers: number, { quick }: Pace) {
  return { url, answers, wordsPerSecond: WORDS_PER_SECOND, words: quick ? 10 : WORDS, seconds: secondsOf(quick) };
}

const secondsOf = (quick: boolean): number => (quick ? 1 : 5);

function compare(count: number, direct: AnswersFigures, relayed: AnswersFigures, { quick }: Pace): Reading[] {
  const lost = relayed.missing / Math.max(1, relayed.words);
  const seconds = secondsOf(quick);
  const added = (part: number): number => percentile(relayed.firstMs, part) - percentile(direct.firstMs, part);
  const columns = {
    'words/s': relayed.words / seconds,
    'words/s direct': direct.words / seconds,
    'cores busy': relayed.serverCpuUs / 1e6 / seconds,
    'CPU-µs a word': relayed.serverCpuUs / relayed.words,
    'log writes a word': relayed.messages / relayed.words,
    'first word, p50 ms added': added(0.5),
    'first word, p99 ms added': added(0.99),
  };
  return Object.entries(columns).map(([column, value]) => ({ column: `${count}: ${column}`, value, lost }));
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}
