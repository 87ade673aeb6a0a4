/** What one process answered. */
export interface ProcessAnswer {
  /** The name of the process. */
  readonly process: string;
  readonly text: string;
}

export interface ProcessAnswers {
  readonly answers: readonly ProcessAnswer[];
  /** The names of the processes that did not answer in time, or could not. */
  readonly missing: readonly string[];
}

/** Answers a question of any process. If it rejects, the process counts as one that did not answer. */
export type Answerer = (question: string) => Promise<string>;

/**
 * Questions that one process asks all processes on the bus, itself included. A process is known as long as its connection for
 * announcements is open, also while it hangs.
 */
export interface ProcessQuestions {
  /** Answers questions from now on. Call it once. `process` is the name of this process; no other may have it. */
  answerQuestions(process: string, answerer: Answerer): void;
  /**
   * Asks every process that answers questions. Resolves once all of them have answered, at the latest `timeoutMs` after they were
   * asked.
   *
   * @throws BusUnavailableError if it is unknown which processes there are
   */
  askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers>;
}
