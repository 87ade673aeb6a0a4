import { type FakeModel, fakeBody, fakeText, pollUntil, Progress } from '@tetracast/testing';
import { setMaxListeners } from 'node:events';
import type { Browser } from 'playwright-core';
import { type Asked, stop } from './ask';
import { ChatView } from './chat/chat-view';
import { judge, LOST_LOG, type Verdict } from './judge';
import { OpenAiView } from './openai-view';
import type { Action, AnswerScript, Transport } from './script';
import { Transcript } from './transcript';
import { ChannelView, type Question, type View } from './views';

/** How an answer came to its end. */
export interface Outcome {
  readonly script: AnswerScript;
  /** Of each client that read it, and one of the whole if it cannot come to its end. */
  readonly verdicts: readonly Verdict[];
  /** How often the model was asked for it. */
  readonly asked: number;
  /** Whether a fault may have lost messages, and with them the key of the answer. */
  readonly isLogLost: boolean;
  /** From the moment another device stops it until each reader of the channel gets that, in ms. */
  readonly stopMs: readonly number[];
}

/** Where answers are asked for. */
export interface AnswerSystem {
  /** Of the gateway. */
  readonly url: string;
  readonly model: FakeModel;
  /** For chats. */
  readonly browser?: Browser | undefined;
  /** Called with everything that a client gets. */
  received(): void;
  /** The failures that are explained by what is done to the system, from now until `end`. */
  watchExcuses(): { readonly excuses: ReadonlySet<string>; end(): void };
}

interface Reader {
  readonly transcript: Transcript;
  view: View;
  /** What the client is to have in the end. */
  wanted: string;
}

type Step = Action | { readonly kind: 'stop'; readonly at: number };

/** Nothing is slower than the lease of a process that runs a relay and dies. */
const IDLE_MS = 120_000;

/** Asks for an answer, does what the script says to its clients, and waits until each has an end. */
export async function runAnswer(system: AnswerSystem, script: AnswerScript, key: string): Promise<Outcome> {
  const watch = system.watchExcuses();
  const run = new AnswerRun(system, script, key);
  try {
    const problem = await run.play().then(
      () => undefined,
      (error: unknown) => String(error),
    );
    return run.outcome(watch.excuses, problem);
  } finally {
    watch.end();
    await run[Symbol.asyncDispose]();
  }
}

function stepsOf({ actions, stopAt }: AnswerScript): Step[] {
  if (stopAt === undefined) return [...actions];
  return [...actions.filter(({ at }) => at <= stopAt), { kind: 'stop', at: stopAt }];
}

class AnswerRun implements AsyncDisposable {
  private readonly over = new AbortController();
  private readonly progress = new Progress();
  private readonly question: Question;
  private readonly readers: Reader[] = [];
  private readonly body: string;
  private readonly text: string;
  /** The length of what the model says before it ends or hangs. It is a part of the body in every form, so each client gets that far. */
  private readonly sent: number;
  private stoppedAt = 0;
  /** What it waits for. */
  private doing = 'the start';

  constructor(
    private readonly system: AnswerSystem,
    private readonly script: AnswerScript,
    key: string,
  ) {
    setMaxListeners(0, this.over.signal); // one for each wait that has ended
    this.question = { url: system.url, script, key, signal: this.over.signal };
    this.body = fakeBody(script.answer);
    this.text = fakeText(script.answer);
    const { words, hangAfterWords } = script.answer;
    this.sent = fakeText({ ...script.answer, words: hangAfterWords ?? words }).length;
  }

  /** Rejects when nothing comes for long, whatever it waits for. */
  async play(): Promise<void> {
    let isPlayed = false;
    const played = this.playAll().finally(() => {
      isPlayed = true;
      this.progress.moved();
    });
    const seen = (): string => this.readers.map(({ transcript: { text } }) => text.length).join(' and ');
    const describe = (): string => `${this.doing} after ${seen()} of ${this.body.length}`;
    await Promise.all([played, this.progress.until(() => isPlayed, describe, IDLE_MS)]);
  }

  outcome(excuses: ReadonlySet<string>, problem: string | undefined): Outcome {
    const { readers, script, stoppedAt } = this;
    const isStopped = script.stopAt !== undefined;
    const verdicts = readers.map(({ transcript: { text, doubled, ending }, wanted }) =>
      judge({ wanted, text, doubled, ending, isStopped, excuses }),
    );
    const whole: Verdict[] = problem === undefined ? [] : [{ state: 'wrong', reason: problem }];
    return {
      script,
      asked: this.requests.length,
      isLogLost: excuses.has(LOST_LOG),
      stopMs: readers.flatMap(({ transcript: { cancelledAt } }) =>
        cancelledAt === undefined ? [] : cancelledAt - stoppedAt,
      ),
      verdicts: [...verdicts, ...whole],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over.abort();
    await Promise.all(this.readers.map(({ view }) => view[Symbol.asyncDispose]()));
  }

  /** What the model was asked for. */
  private get requests(): FakeModel['requests'] {
    const { seed } = this.script.answer;
    return this.system.model.requests.filter(({ body }) => body.includes(`"seed":${seed},`));
  }

  private async playAll(): Promise<void> {
    await this.start();
    for (const step of stepsOf(this.script)) await this.do(step);
    this.doing = 'the end';
    const { readers } = this;
    await this.until(() => readers.every(({ transcript }) => transcript.ending !== undefined));
    if (readers.some(({ transcript }) => transcript.ending?.state === 'cancelled'))
      await pollUntil(
        () => this.requests.map(({ aborted }) => aborted),
        (all) => all.every(Boolean),
      );
  }

  private async start(): Promise<void> {
    const { kind } = this.script;
    const transcript = this.newTranscript();
    if (kind === 'openai') {
      this.readers.push({ transcript, view: await OpenAiView.open(this.question, transcript), wanted: this.text });
    } else if (kind === 'chat') {
      const { browser } = this.system;
      if (browser === undefined) throw new Error('a chat needs a browser');
      this.readers.push({
        transcript,
        view: await ChatView.open(browser, this.question, transcript),
        wanted: this.text,
      });
    } else await this.read(transcript, kind);
  }

  private async do(step: Step): Promise<void> {
    const [first] = this.readers;
    if (first === undefined) return;
    const { transcript } = first;
    const length = 1 + Math.floor(step.at * (this.sent - 1));
    await this.until(() => transcript.ending !== undefined || transcript.text.length >= length);
    if (transcript.ending !== undefined) return;
    const asked = await first.view.asked();
    if (asked === undefined) return;
    this.doing = JSON.stringify(step);
    switch (step.kind) {
      case 'cut':
        return first.view.cut(step.ms);
      case 'reload':
        return first.view.reload();
      case 'stop':
        this.stoppedAt = performance.now();
        return stop(this.system.url, asked, this.over.signal);
      case 'tab':
        return this.read(this.newTranscript(), step.transport, asked);
      case 'move':
        if (first.view instanceof ChannelView) return first.view.moveTo(step.transport);
        return this.replace(first, step.transport, asked);
      case 'device':
        return this.replace(first, step.transport, asked);
    }
  }

  /** Another device reads from the start, and the one before is gone. */
  private async replace(reader: Reader, transport: Transport, asked: Asked): Promise<void> {
    const { transcript } = reader;
    await reader.view[Symbol.asyncDispose]();
    transcript.restart();
    const view = new ChannelView(this.question, transcript, transport, asked);
    Object.assign(reader, { view, wanted: this.body });
    await view.open();
  }

  private async read(transcript: Transcript, transport: Transport, asked?: Asked): Promise<void> {
    const view = new ChannelView(this.question, transcript, transport, asked);
    this.readers.push({ transcript, view, wanted: this.body });
    await view.open();
  }

  private newTranscript(): Transcript {
    return new Transcript(() => {
      this.progress.moved();
      this.system.received();
    });
  }

  private until(isDone: () => boolean): Promise<void> {
    return this.progress.until(isDone, () => this.doing, Infinity);
  }
}
