import { cursorAfter, type Message, type Reset } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import { TransportError } from '../transport-error';
import { type NdjsonLine, type NdjsonStream, nextLine, openNdjson } from './ndjson-stream';

const RETRY_MS = 50;

export interface NdjsonFollower {
  readonly signal: AbortSignal;
  /** The subscription as a query, to begin with or from this cursor. */
  query(cursor: string | undefined): URLSearchParams;
  onMessage(message: Message): void;
  onReset(reset: Reset): void;
  /** The service refuses the subscription for good, or sends what is no line; nothing follows. */
  onRefused(error: Error): void;
}

/** Reads lines with `fetch` until `signal` aborts, and reconnects from the last cursor. Resolves once it is subscribed; rejects if refused. */
export async function followNdjson(
  url: string,
  follower: NdjsonFollower,
): Promise<{ readonly cursor: string | undefined }> {
  const { signal } = follower;
  const state: { cursor: string | undefined } = { cursor: undefined };
  const take = ({ type: _, ...line }: NdjsonLine): void => {
    if ('id' in line) follower.onMessage(line);
    if ('reason' in line) follower.onReset(line);
    state.cursor = 'id' in line ? cursorAfter(line) : 'cursor' in line ? line.cursor : state.cursor;
  };
  let stream: NdjsonStream | undefined;
  signal.addEventListener('abort', () => stream?.close());
  const connect = async (): Promise<NdjsonStream> => {
    stream = await openNdjson(`${url}?${follower.query(state.cursor).toString()}`);
    if (signal.aborted) stream.close();
    take(await nextLine(stream));
    return stream;
  };
  const readOn = async (from: NdjsonStream): Promise<void> => {
    for (;;) take(await nextLine(from));
  };
  const run = async (first: NdjsonStream): Promise<void> => {
    let reading = readOn(first);
    while (!signal.aborted) {
      const error: unknown = await reading.catch((reason: unknown) => reason);
      if (isFinal(error)) {
        follower.onRefused(error);
        return;
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      reading = connect().then(readOn);
    }
    await reading.catch(() => undefined);
  };
  void run(await connect());
  return state;
}

/** A cut, an end, and what the service or the gateway answers with 429 or 5xx pass; a line that is no JSON does not. */
function isFinal(error: unknown): error is Error {
  if (error instanceof SyntaxError) return true;
  return error instanceof TransportError && error.status !== 429 && (error.status ?? 0) < 500;
}
