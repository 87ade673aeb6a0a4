import { startTcpProxy, type TcpProxy } from '@tetracast/testing';
import OpenAI, { APIError } from 'openai';
import { setTimeout as delay } from 'node:timers/promises';
import { BackOff } from '../back-off';
import { type Asked, askedOf, bodyOf, OPENAI_RELAY, relayToken } from './ask';
import type { Ending, Transcript } from './transcript';
import type { Question, View } from './views';

/** The stock `openai` client. What it does not do after a cut, its program does: it asks again, with the same key. */
export class OpenAiView implements View {
  private known: Asked | undefined;
  private loads = new AbortController();
  private running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly question: Question,
    private readonly transcript: Transcript,
    private readonly proxy: TcpProxy,
  ) {}

  static async open(question: Question, transcript: Transcript): Promise<OpenAiView> {
    const view = new OpenAiView(question, transcript, await startTcpProxy(question.url));
    view.start();
    return view;
  }

  async asked(): Promise<Asked | undefined> {
    return this.known;
  }

  async cut(ms: number): Promise<void> {
    await this.proxy.cut(() => delay(ms)); // how long the fault lasts
  }

  async reload(): Promise<void> {
    this.loads.abort();
    await this.running;
    this.loads = new AbortController();
    this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.loads.abort();
    await this.running;
    await this.proxy.close();
  }

  private start(): void {
    const signal = AbortSignal.any([this.loads.signal, this.question.signal]);
    this.running = this.run(signal).catch((error: unknown) => this.transcript.fail(error as Error));
  }

  private async run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(signal);
    while (!signal.aborted) {
      this.transcript.restart();
      const ending = await this.attempt(signal);
      if (ending !== undefined) {
        this.transcript.end(ending);
        return;
      }
      await backOff.wait();
    }
  }

  /** `undefined` when the connection broke or the service cannot answer now. */
  private async attempt(signal: AbortSignal): Promise<Ending | undefined> {
    const { script, key } = this.question;
    const client = new OpenAI({
      apiKey: relayToken(),
      baseURL: `${this.proxy.url}/relay/${OPENAI_RELAY}`,
      defaultQuery: { format: 'upstream' },
    });
    const messages = [{ role: 'user' as const, content: 'Tell me.' }];
    try {
      const { data, response } = await client.chat.completions
        .create(
          { model: 'fake', messages, stream: true, ...bodyOf(script) },
          { signal, headers: { 'idempotency-key': key } },
        )
        .withResponse();
      this.known = askedOf(response.headers);
      let isFinished = false;
      for await (const { choices } of data) {
        if (signal.aborted) return undefined;
        this.transcript.append(choices[0]?.delta.content ?? '');
        isFinished ||= choices[0]?.finish_reason != null;
      }
      signal.throwIfAborted();
      return { state: isFinished ? 'done' : 'short' };
    } catch (error) {
      return failureOf(error);
    }
  }
}

function failureOf(error: unknown): Ending | undefined {
  if (!(error instanceof APIError)) return undefined;
  const { status, code } = error as { status?: number; code?: string | null };
  if (status !== undefined && status < 500) throw error;
  return code == null || code === '' ? undefined : { state: 'failed', code };
}
