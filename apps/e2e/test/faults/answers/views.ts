import { setTimeout as delay } from 'node:timers/promises';
import { startClient, type StockClient } from '../subscribers';
import { ask, type Asked } from './ask';
import type { AnswerScript, Transport } from './script';
import { ANSWER_EVENTS, type Transcript } from './transcript';

/** Where an answer is asked for, and what is asked. */
export interface Question {
  /** Of the gateway. */
  readonly url: string;
  readonly script: AnswerScript;
  /** The Idempotency-Key. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/** The client of an answer, of one kind. Each call resolves when the client goes on. */
export interface View extends AsyncDisposable {
  /** What another device needs to read the answer; `undefined` while the client does not know it. */
  asked(): Promise<Asked | undefined>;
  cut(ms: number): Promise<void>;
  reload(): Promise<void>;
}

/** Reads the channel of an answer with the stock client of a transport. */
export class ChannelView implements View {
  private client: StockClient | undefined;

  constructor(
    private readonly question: Question,
    private readonly transcript: Transcript,
    private transport: Transport,
    /** Absent: it asks for the answer itself. */
    private known?: Asked,
  ) {}

  /** Reads on after what the transcript has. */
  async open(): Promise<void> {
    const { url, script, key, signal } = this.question;
    if (this.known === undefined) {
      const asked = await ask(url, script, key, signal);
      if (typeof asked === 'string') {
        this.transcript.end({ state: 'failed', code: asked });
        return;
      }
      this.known = asked;
    }
    const { channel, ticket } = this.known;
    const parameters = { token: ticket, after: this.transcript.cursor ?? 'earliest' };
    const wanted = { channels: [channel], parameters, events: ANSWER_EVENTS };
    this.client = await startClient(this.transport, url, wanted, this.transcript.attach());
    await this.client.opened;
  }

  async asked(): Promise<Asked | undefined> {
    return this.known;
  }

  async cut(ms: number): Promise<void> {
    await this.client?.cut(() => delay(ms)); // how long the fault lasts
  }

  /** The page asks again, with the same key. */
  async reload(): Promise<void> {
    this.known = undefined;
    this.transcript.restart();
    await this.moveTo(this.transport);
  }

  async moveTo(transport: Transport): Promise<void> {
    this.transport = transport;
    await this[Symbol.asyncDispose]();
    await this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client?.[Symbol.asyncDispose]();
    this.client = undefined;
  }
}
