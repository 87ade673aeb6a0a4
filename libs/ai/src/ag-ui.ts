import { EventType, HttpAgent, type HttpAgentConfig, runHttpRequest, transformHttpEventStream } from '@ag-ui/client';
import type { TetracastError } from '@tetracast/client';
import { type Answers, type AnswersOptions, createAnswers } from './answer-store';

export type TetracastAgentConfig = Omit<HttpAgentConfig, 'fetch'> & AnswersOptions;

/** The event that says that a run has failed. */
function reportOf({ message, code }: TetracastError): string {
  return `data: ${JSON.stringify({ type: EventType.RUN_ERROR, message, code })}\n\n`;
}

/**
 * An AG-UI agent whose runs come from a channel: a run goes on after a lost connection, and `connectAgent` continues it after a reload,
 * in another tab, and wherever the store knows it by the id of its thread. `abortRun` stops it for all. A run
 * that breaks off ends with the event `RUN_ERROR`. The `url` is a relay whose
 * upstream is an AG-UI agent, or a route that names in `Tetracast-Channel` the channel to which it writes the events.
 */
export class TetracastAgent extends HttpAgent {
  private answers: Answers;

  constructor({ client, store, fetch, ...config }: TetracastAgentConfig) {
    super(config);
    this.answers = createAnswers({ client, store, fetch }, { report: reportOf });
  }

  override run(input: Parameters<HttpAgent['run']>[0]): ReturnType<HttpAgent['run']> {
    this.fetch = this.answers.fetchFor(input.threadId);
    return super.run(input);
  }

  /** No events if the thread has no run that is remembered. */
  protected override connect({ threadId }: Parameters<HttpAgent['run']>[0]): ReturnType<HttpAgent['run']> {
    this.abortController = new AbortController();
    const { signal } = this.abortController;
    const resume = async (): Promise<Response> => (await this.answers.resume(threadId, signal)) ?? new Response('');
    return transformHttpEventStream(runHttpRequest(resume), this.debugLogger);
  }

  override clone(): TetracastAgent {
    const cloned = super.clone() as TetracastAgent;
    cloned.answers = this.answers;
    return cloned;
  }
}
