import { adviceOf, cursorAfter, type ServerFrame } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import { createInboxes } from '../client-behind-proxy';
import type { TcpProxy } from '../../servers/proxies/tcp-proxy';
import { startQuery } from '../query';
import type { OpenOptions, PublishOptions } from '../transport-driver';
import { TransportError } from '../transport-error';
import { openWebSocketWire, type WebSocketWire } from './websocket-wire';

export type SubscribeBy = 'url' | 'frame';

type Answer = Exclude<ServerFrame, { type: 'message' | 'reset' }>;

interface Question {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const RETRY_MS = 20;

// In place of the `ref` of a subscription by URL, whose answer has none.
const BY_URL = 'url';

/** What a page would write around `WebSocket`: numbered questions, and a new socket after a cut. */
export class WebSocketClient {
  readonly inboxes: ReturnType<typeof createInboxes>;
  readonly #questions = new Map<string, Question>();
  #wire: WebSocketWire | undefined;
  #cursor: string | undefined;
  #refs = 0;
  #closed = false;
  #reconnecting = false;

  constructor(
    name: string,
    readonly proxy: TcpProxy,
    readonly options: OpenOptions,
    readonly subscribeBy: SubscribeBy,
  ) {
    this.inboxes = createInboxes(name);
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  async publish(publication: PublishOptions): Promise<{ readonly id: string }> {
    const answer = await this.#ask({ type: 'publish', ...publication });
    if (answer.type !== 'ack') throw new Error(`publish was answered by ${JSON.stringify(answer)}`);
    return { id: answer.id };
  }

  async end(): Promise<void> {
    this.#closed = true;
    await this.#wire?.close();
  }

  /** Resolves when the service has said `subscribed`; resumes from the cursor if there is one. */
  async connect(): Promise<void> {
    const { channels, client, presence } = this.options;
    const key = { ...(client === undefined ? {} : { client }), ...(presence === undefined ? {} : { presence }) };
    const start: OpenOptions = this.#cursor === undefined ? this.options : { channels, ...key, after: this.#cursor };
    const query = startQuery(this.subscribeBy === 'url' ? start : { channels: [], ...key });
    this.#wire = await openWebSocketWire(`${this.proxy.url}/ws?${query.toString()}`);
    void this.#read(this.#wire);
    if (this.subscribeBy === 'url') await this.#answerTo(BY_URL);
    else await this.#ask(subscribeFrame(start));
  }

  async #read(wire: WebSocketWire): Promise<void> {
    try {
      for (;;) this.#take(await wire.next(Infinity));
    } catch (error) {
      await wire.close();
      const { code, reason } = await wire.closed;
      for (const question of this.#questions.values()) question.reject(error as Error);
      this.#questions.clear();
      if (this.#closed) return;
      if (adviceOf(code) === 'never')
        this.inboxes.messages.fail(new TransportError('unknown', `closed: ${code} ${reason}`));
      else if (this.#cursor !== undefined) await this.#reconnect();
    }
  }

  async #reconnect(): Promise<void> {
    if (this.#reconnecting) return; // a connection that breaks before its answer is reported twice
    this.#reconnecting = true;
    try {
      await this.#connectAgain();
    } finally {
      this.#reconnecting = false;
    }
  }

  async #connectAgain(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.connect();
        return;
      } catch (error) {
        if (error instanceof TransportError) {
          this.inboxes.messages.fail(error);
          return;
        }
        await delay(RETRY_MS);
      }
    }
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'message') {
      const { type: _, ...message } = frame;
      this.#cursor = cursorAfter(message);
      this.inboxes.messages.push(message);
    } else if (frame.type === 'reset') {
      const { type: _, ...reset } = frame;
      this.#cursor = reset.cursor;
      this.inboxes.resets.push(reset);
    } else if (frame.type !== 'welcome' && frame.type !== 'token_expiring') {
      if (frame.type === 'subscribed') this.#cursor = frame.cursor;
      this.#settle(frame.ref === undefined ? BY_URL : String(frame.ref), frame);
    }
  }

  #ask(question: object): Promise<Answer> {
    const ref = String(++this.#refs);
    const answer = this.#answerTo(ref);
    this.#wire?.send({ ...question, ref });
    return answer;
  }

  #answerTo(ref: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#questions.set(ref, { resolve, reject });
    });
  }

  #settle(ref: string, answer: Answer): void {
    const question = this.#questions.get(ref);
    this.#questions.delete(ref);
    if (answer.type !== 'error') question?.resolve(answer);
    else {
      const refusal = new TransportError(answer.code, answer.message);
      if (question === undefined) this.inboxes.messages.fail(refusal);
      else question.reject(refusal);
    }
  }
}

function subscribeFrame({ channels, after, rewind, presence }: OpenOptions): object {
  return {
    type: 'subscribe',
    channels,
    ...(after === undefined ? {} : { after }),
    ...(rewind === undefined ? {} : { rewind }),
    ...(presence === undefined ? {} : { presence: presence === 'true' ? true : presence }),
  };
}
