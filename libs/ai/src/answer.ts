import { type Client, createClient, type TetracastError } from '@tetracast/client';
import { read } from '@tetracast/client/stream';
import { lastMessage } from './stored-messages';

/** Where an answer is stored. With it any tab and any device can read the answer from its start, and stop it. */
export interface Answer {
  readonly channel: string;
  /** Allows to read and to stop this one channel. Absent: the token of the client does. */
  readonly ticket?: string | undefined;
}

export interface OpenAnswerOptions {
  /** Stops the answer, for all its readers, and then fails the stream. To leave the answer running, cancel the stream instead. */
  readonly signal?: AbortSignal | null | undefined;
  /** Called when the stream has ended, has failed, or was stopped; not when it was cancelled or the client was closed. */
  readonly onDone?: (() => void) | undefined;
  /** What the stream ends with in place of failing, for a protocol that can say that an answer has failed. */
  readonly report?: ((error: TetracastError) => string) | undefined;
}

/** An answer before its first message cannot be stopped, and a network may fail: a stop is tried again, after these times in ms. */
const RETRIES_MS = [100, 200, 400, 800, 1600, 3200];

/** Calls `use` with a client that may read and stop the answer; it closes with the given one. */
async function withAccess<T>(client: Client, { ticket }: Answer, use: (client: Client) => Promise<T>): Promise<T> {
  if (ticket === undefined) return use(client);
  const ofTicket = createClient({ ...client.options, token: ticket, presence: undefined, onStatus: undefined });
  const closeWith = (): void => {
    if (client.status.state === 'closed') ofTicket.close();
  };
  const unsubscribe = client.onStatus(closeWith);
  closeWith();
  try {
    return await use(ofTicket);
  } finally {
    unsubscribe();
    ofTicket.close();
  }
}

/** Whether nothing of an answer is stored any more, or it may not be read; not, if the network fails. */
export async function isGone(client: Client, answer: Answer): Promise<boolean> {
  try {
    return (await withAccess(client, answer, (from) => lastMessage(from, answer.channel))) === undefined;
  } catch (error) {
    return !(error as TetracastError).isTemporary;
  }
}

/** Where the answer is whose response has these headers: the relay sets them, and a back end can. */
export function answerIn(headers: Headers): Answer | undefined {
  const channel = headers.get('tetracast-channel');
  return channel === null ? undefined : { channel, ticket: headers.get('tetracast-ticket') ?? undefined };
}

/**
 * The text of an answer from its start, as UTF-8. It survives whatever the client survives: lost connections, restarts of the server,
 * a change of the transport. It fails with a TetracastError as `read` of `@tetracast/client/stream` does.
 */
export function openAnswer(
  client: Client,
  answer: Answer,
  { signal, onDone, report }: OpenAnswerOptions = {},
): ReadableStream<Uint8Array> {
  const reading = new AbortController();
  const encoder = new TextEncoder();
  /** Continues the reading, which waits while nobody reads the stream. */
  let resume: (() => void) | undefined;

  const leave = (): void => {
    reading.abort();
    resume?.();
  };
  const write = async (controller: ReadableStreamDefaultController<Uint8Array>, from: Client): Promise<void> => {
    for await (const text of read(from, answer.channel, { signal: reading.signal })) {
      if (reading.signal.aborted) return;
      controller.enqueue(encoder.encode(text));
      if ((controller.desiredSize ?? 0) > 0) continue;
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
    }
  };
  const start = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    let error: TetracastError | undefined;
    try {
      await withAccess(client, answer, (from) => write(controller, from));
    } catch (cause) {
      error = cause as TetracastError;
    }
    if (reading.signal.aborted) return;
    leave();
    if (error && !report) controller.error(error);
    else {
      if (error && report) controller.enqueue(encoder.encode(report(error)));
      controller.close();
    }
    if (error?.code !== 'closed') onDone?.();
  };
  return new ReadableStream({
    start: (controller) => {
      const stop = (): void => {
        leave();
        controller.error(signal?.reason);
        onDone?.();
        stopAnswer(client, answer).catch(() => undefined);
      };
      signal?.addEventListener('abort', stop, { signal: reading.signal });
      if (signal?.aborted) stop();
      else void start(controller);
    },
    pull: () => resume?.(),
    cancel: leave,
  });
}

/**
 * Stops an answer, for all its readers. Nothing happens if it has ended.
 * @throws TetracastError what the server says, `network`
 */
export async function stopAnswer(client: Client, answer: Answer): Promise<void> {
  await withAccess(client, answer, async (from) => {
    for (const waitMs of [...RETRIES_MS, undefined]) {
      try {
        await from.cancel(answer.channel);
        return;
      } catch (error) {
        const { code, isTemporary } = error as TetracastError;
        if (code === 'channel_ended') return;
        if (waitMs === undefined || !(isTemporary || code === 'not_found')) throw error;
        await new Promise((resolve) => AbortSignal.timeout(waitMs).addEventListener('abort', resolve));
      }
    }
  });
}
