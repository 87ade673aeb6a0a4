import type { Runtime } from '@tetracast/node-io/runtime';
import { AnswerCollector } from '../questions/answer-collector';
import type { Answerer, ProcessAnswers, ProcessQuestions } from '../questions/process-questions';

/** Questions of a process to itself, and to others that share its bus in a test. */
export class MemoryQuestions implements ProcessQuestions {
  private readonly answerers = new Map<string, Answerer>();

  constructor(private readonly runtime: Runtime) {}

  answerQuestions(process: string, answerer: Answerer): void {
    this.answerers.set(process, answerer);
  }

  askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    const collector = new AnswerCollector(this.runtime);
    for (const [process, answerer] of this.answerers) {
      answerer(question).then(
        (text) => collector.add(process, text),
        () => collector.add(process, undefined),
      );
    }
    return collector.collect(new Map([...this.answerers.keys()].map((name) => [name, name])), timeoutMs);
  }
}
