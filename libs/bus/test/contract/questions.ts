import { pollUntil } from '@tetracast/testing';
import type { Bus, ProcessAnswers } from '../../src';
import type { BusHarness } from './harness';

/** Longer than any test takes: every process answers. */
const LONG_MS = 600_000;

/** Asks until so many processes have been asked: a process on Redis is known a moment after it begins to answer. */
export async function askUntil(
  bus: Bus,
  processes: number,
  question = '?',
  timeoutMs = LONG_MS,
): Promise<ProcessAnswers> {
  const { answers, missing } = await pollUntil(
    () => bus.askProcesses(question, timeoutMs),
    (found) => found.answers.length + found.missing.length === processes,
  );
  const inOrder = [...answers].sort((one, next) => one.process.localeCompare(next.process));
  return { answers: inOrder, missing: [...missing].sort() };
}

export function describeQuestions(harness: BusHarness): void {
  describe('questions', () => {
    it('reach every process that answers them, and gather the answers', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      bus.answerQuestions('first', (question) => Promise.resolve(`first: ${question}`));
      other.answerQuestions('second', (question) => Promise.resolve(`second: ${question}`));
      const question = '{\n"é": "😀"\n}';
      const answers = [
        { process: 'first', text: `first: ${question}` },
        { process: 'second', text: `second: ${question}` },
      ];
      expect(await askUntil(bus, 2, question)).toEqual({ answers, missing: [] });
      expect(await askUntil(other, 2, question)).toEqual({ answers, missing: [] });
    });

    it('name a process that cannot answer', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      bus.answerQuestions('able', () => Promise.resolve(''));
      other.answerQuestions('unable', () => Promise.reject(new Error('no')));
      expect(await askUntil(bus, 2)).toEqual({ answers: [{ process: 'able', text: '' }], missing: ['unable'] });
    });

    it('name a process that does not answer in time', async () => {
      const bus = harness.create();
      const other = harness.join(bus);
      bus.answerQuestions('hangs', () => new Promise(() => undefined));
      other.answerQuestions('hangs, too', () => new Promise(() => undefined));
      expect(await askUntil(bus, 2, '?', 1)).toEqual({ answers: [], missing: ['hangs', 'hangs, too'] });
    });

    it('are not mixed up with others at the same time', async () => {
      const bus = harness.create();
      bus.answerQuestions('only', (question) => Promise.resolve(question));
      await askUntil(bus, 1);
      const questions = Array.from({ length: 20 }, (_, index) => `question ${index}`);
      const found = await Promise.all(questions.map((question) => bus.askProcesses(question, LONG_MS)));
      expect(found.map(({ answers }) => answers.map(({ text }) => text))).toEqual(questions.map((text) => [text]));
    });

    it('are for the processes of one log only, and without any there is no answer', async () => {
      const [bus, stranger] = [harness.create(), harness.create()];
      stranger.answerQuestions('stranger', () => Promise.resolve(''));
      await askUntil(stranger, 1);
      expect(await bus.askProcesses('?', LONG_MS)).toEqual({ answers: [], missing: [] });
    });
  });
}
