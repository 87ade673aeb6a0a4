import { openWebSocketWire, type WebSocketWire } from '@tetracast/testing';
import { io } from 'socket.io-client';
import { setTimeout as delay } from 'node:timers/promises';
import { BackOff } from './back-off';
import type { Ledger } from './ledger';
import type { Numbered } from './trace';

export interface PublisherOptions {
  readonly name: string;
  /** Written to in turn; each has numbers of its own. */
  readonly channels: readonly string[];
  readonly ledger: Ledger;
  /** Of the gateway. */
  readonly url: string;
}

/** One attempt to have a message stored: its id, or `undefined` when there was no answer or a refusal that passes. */
type Attempt = (channel: string, data: Numbered) => Promise<string | undefined>;

interface PublishingClient {
  readonly attempt: Attempt;
  /** Whether an attempt may be repeated: the service knows it again by its key. */
  readonly repeats: boolean;
  readonly close: () => Promise<void>;
}

/** The last number of each channel, acknowledged: a subscriber that received it received every message that could come before. */
export type Finals = readonly { readonly channel: string; readonly by: string; readonly n: number }[];

/** Publishes numbered messages until `finish` is called. */
export interface Publisher extends AsyncDisposable {
  /** Writes the last message of each channel. */
  finish(): Promise<Finals>;
}

type Acknowledgement = { readonly ok: true; readonly id: string } | { readonly ok: false };

/** The pace, not a wait: without it a fast machine would only fill the log. */
const PERIOD_MS = 8;
const ANSWER_TIMEOUT_MS = 5000;

/** `POST` of `path`, repeated with the same Idempotency-Key until it is answered 201 or 200. */
export function startHttpPublisher(options: PublisherOptions, path: string): Publisher {
  const attempt: Attempt = async (channel, data) => {
    const answer = await post(options.url + path, `${channel}/${data.by}/${data.n}`, { channel, data });
    if (answer === undefined || answer.status >= 500) return undefined;
    if (answer.status >= 400) throw new Error(`${options.name} was refused: ${answer.status} ${answer.text}`);
    return (JSON.parse(answer.text) as { id: string }).id;
  };
  return startPublisher(options, { attempt, repeats: true, close: () => Promise.resolve() });
}

/** The time between the ends of two channels, so that some of them fall into the fault. */
const END_PERIOD_MS = 150;

/**
 * Ends one channel after the other by `POST` of `path`, each repeated with the same Idempotency-Key until it is answered. `finish` ends
 * those again that a lost log has forgotten, and tries to publish after the end.
 */
export function startEnding({ name, channels, ledger, url }: PublisherOptions, path: string): Publisher {
  const over = new AbortController();
  const backOff = new BackOff(over.signal);

  /** `false` if the channel has ended before. */
  const publish = async (channel: string, n: number, end: boolean): Promise<boolean> => {
    const data = { by: name, n };
    for (;;) {
      over.signal.throwIfAborted();
      const answer = await post(url + path, `${channel}/${name}/${n}`, { channel, end, data });
      if (answer?.status === 409) return false;
      if (answer !== undefined && answer.status < 300) {
        ledger.add({ channel, ...data, id: (JSON.parse(answer.text) as { id: string }).id });
        return true;
      }
      if (answer !== undefined && answer.status < 500)
        throw new Error(`${name} was refused: ${answer.status} ${answer.text}`);
      ledger.refused();
      await backOff.wait();
    }
  };
  const run = async (): Promise<void> => {
    for (const channel of channels) {
      await publish(channel, 1, true);
      await delay(END_PERIOD_MS); // the pace
    }
  };
  const running = run();
  running.catch(() => undefined); // `finish` rejects with it
  return {
    finish: async () => {
      await running;
      return Promise.all(
        channels.map(async (channel) => {
          const n = (await publish(channel, 2, true)) ? 2 : 1;
          if (await publish(channel, 3, false)) throw new Error(`${channel} took a message after its end`);
          return { channel, by: name, n };
        }),
      );
    },
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await running.catch(() => undefined);
    },
  };
}

/** The whole answer; `undefined` when the connection broke before its end. */
async function post(
  url: string,
  idempotencyKey: string,
  body: object,
): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** `publish` frames; one without an answer is not repeated, since it may have been stored. */
export function startWebSocketPublisher(options: PublisherOptions): Publisher {
  let wire: WebSocketWire | undefined;
  const attempt: Attempt = async (channel, data) => {
    try {
      wire ??= await openWebSocketWire(`${options.url}/ws`);
      wire.send({ type: 'publish', channel, data, ref: data.n });
      for (;;) {
        const frame = await wire.next(ANSWER_TIMEOUT_MS);
        if (frame.type === 'ack' && frame.ref === data.n) return frame.id;
        if (frame.type === 'error') return undefined;
      }
    } catch {
      await wire?.close();
      wire = undefined;
      return undefined;
    }
  };
  return startPublisher(options, { attempt, repeats: false, close: async () => wire?.close() });
}

/** `emit('publish', …, ack)` of the stock client, which is left alone; what was not acknowledged is not repeated either. */
export function startSocketioPublisher(options: PublisherOptions): Publisher {
  const socket = io(options.url, { forceNew: true, reconnectionDelay: 25, reconnectionDelayMax: 400 });
  const attempt: Attempt = async (channel, data) => {
    // The client would keep it and send it at any time later.
    if (!socket.connected) return undefined;
    try {
      const ack = (await socket
        .timeout(ANSWER_TIMEOUT_MS)
        .emitWithAck('publish', { channel, data })) as Acknowledgement;
      return ack.ok ? ack.id : undefined;
    } catch {
      return undefined;
    }
  };
  const close = (): Promise<void> => {
    socket.disconnect();
    return Promise.resolve();
  };
  return startPublisher(options, { attempt, repeats: false, close });
}

function startPublisher(
  { name, channels, ledger }: PublisherOptions,
  { attempt, repeats, close }: PublishingClient,
): Publisher {
  const finishing = new AbortController();
  const over = new AbortController();
  const backOff = new BackOff(over.signal);
  const numbers = new Map<string, number>();

  const attemptOnce = async (channel: string, data: Numbered): Promise<string | undefined> => {
    over.signal.throwIfAborted();
    const id = await attempt(channel, data);
    if (id !== undefined) backOff.succeeded();
    else {
      ledger.refused();
      await backOff.wait();
    }
    return id;
  };
  const publishNext = async (channel: string): Promise<string | undefined> => {
    const n = (numbers.get(channel) ?? 0) + 1;
    numbers.set(channel, n);
    const data = { by: name, n };
    let id = await attemptOnce(channel, data);
    while (id === undefined && repeats) id = await attemptOnce(channel, data);
    ledger.add({ channel, ...data, ...(id === undefined ? {} : { id }) });
    return id;
  };
  const run = async (): Promise<void> => {
    while (!finishing.signal.aborted) {
      for (const channel of channels) {
        await publishNext(channel);
        await delay(PERIOD_MS, undefined, { signal: finishing.signal }).catch(() => undefined);
      }
    }
  };
  const running = run();
  running.catch(() => undefined); // `finish` rejects with it
  return {
    finish: async () => {
      finishing.abort();
      await running;
      for (const channel of channels) while ((await publishNext(channel)) === undefined);
      return channels.map((channel) => ({ channel, by: name, n: numbers.get(channel) ?? 0 }));
    },
    [Symbol.asyncDispose]: async () => {
      finishing.abort();
      over.abort();
      await running.catch(() => undefined);
      await close();
    },
  };
}
