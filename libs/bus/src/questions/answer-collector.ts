import type { Runtime } from '@tetracast/node-io/runtime';
import type { ProcessAnswers } from './process-questions';

/** Collects the answers to one question. An answer may arrive before it is known which processes were asked. */
export class AnswerCollector {
  private readonly replies = new Map<string, string | undefined>();
  private onReply: () => void = () => undefined;

  constructor(private readonly runtime: Runtime) {}

  /** Takes the answer of a process by its id; `undefined`: the process could not answer. */
  add(id: string, text: string | undefined): void {
    this.replies.set(id, text);
    this.onReply();
  }

  /** Resolves once all of these processes, named by their ids, have answered, or after `timeoutMs`. */
  async collect(names: ReadonlyMap<string, string>, timeoutMs: number): Promise<ProcessAnswers> {
    const { runtime, replies } = this;
    const ids = [...names.keys()];
    await new Promise<void>((resolve) => {
      const timer = runtime.setTimeout(resolve, timeoutMs).unref();
      this.onReply = () => {
        if (!ids.every((id) => replies.has(id))) return;
        runtime.clearTimeout(timer);
        resolve();
      };
      this.onReply();
    });
    const texts = [...names].map(([id, process]) => ({ process, text: replies.get(id) }));
    return {
      answers: texts.flatMap(({ process, text }) => (text === undefined ? [] : [{ process, text }])),
      missing: texts.filter(({ text }) => text === undefined).map(({ process }) => process),
    };
  }
}
