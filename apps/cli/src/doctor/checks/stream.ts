import { ask, type Check, errorOf, type Examination, messageOf, problemOf, publish, within } from '../examination';
import type { Finding } from '../problems';

interface Stream extends AsyncDisposable {
  /** As it says of itself; `undefined`: as it is. */
  readonly coding: string | undefined;
  /** Resolves with `true` once `wanted` has come, with `false` if the stream ends first. */
  readonly readUntil: (wanted: string) => Promise<boolean>;
}

type Opened = Stream | Pick<Finding, 'problem' | 'detail'>;

/** An event stream begins at once, is not compressed, and passes a message on when it is published. */
export const checkStream: Check = async (examination) => {
  const check = 'event streams pass at once';
  const opened = await open(examination, {});
  if (!('readUntil' in opened)) return { check, ...opened };
  await using stream = opened;
  const { patienceMs, channel } = examination;
  const { coding } = stream;
  if (coding !== undefined) return { check, problem: 'compression', detail: `/sse has content-encoding: ${coding}` };
  try {
    const begins = await within(examination, patienceMs, stream.readUntil('id:'));
    if (begins !== true) return { check, problem: 'buffering', detail: 'nothing comes of /sse' };
    const mark = `stream-${channel}`;
    const { why } = await publish(examination, mark);
    if (why !== undefined) return { check, detail: `the first bytes; ${why}` };
    const passes = await within(examination, patienceMs, stream.readUntil(mark));
    if (passes === true) return { check, detail: 'the first bytes and a message' };
    return { check, problem: 'buffering', detail: 'a message is held back on /sse' };
  } catch (error) {
    return { check, problem: 'stream', detail: messageOf(error) };
  }
};

/** A browser that comes back gets what it has missed. */
export const checkResume: Check = async (examination) => {
  const check = 'event streams resume';
  const [first, missed] = [await publish(examination, 'seen'), `missed-${examination.channel}`];
  const { why } = await publish(examination, missed);
  if (first.id === undefined || why !== undefined) return { check, isUnknown: true, detail: first.why ?? why ?? '' };
  const opened = await open(examination, { 'last-event-id': first.id });
  if (!('readUntil' in opened)) return { check, isUnknown: true, detail: opened.detail };
  await using stream = opened;
  const comes = await within(examination, examination.patienceMs, stream.readUntil(missed)).catch(() => false);
  return comes === true
    ? { check, detail: 'from Last-Event-ID' }
    : { check, problem: 'resume', detail: 'what came after Last-Event-ID is missing' };
};

async function open(examination: Examination, headers: Readonly<Record<string, string>>): Promise<Opened> {
  const { channel, patienceMs } = examination;
  const init = { headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip', ...headers } };
  const path = `/sse?channel=${channel}`;
  const ending = new AbortController();
  const asked = ask(examination, path, { ...init, signal: ending.signal }, 8 * patienceMs).catch(messageOf);
  const response = await within(examination, patienceMs, asked);
  // What a proxy collects has no head before there is enough of it.
  if (response === undefined) {
    ending.abort();
    return { problem: 'buffering', detail: 'no head of an answer comes of /sse' };
  }
  if (typeof response === 'string') return { problem: 'stream', detail: `no answer: ${response}` };
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const error = await errorOf(response);
    if (error === undefined) return { problem: 'stream', detail: `/sse was answered with ${response.status}` };
    return { problem: problemOf(error), detail: `${error.code}: ${error.detail}` };
  }
  return readerOf(response);
}

function readerOf(response: Response): Stream {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    coding: response.headers.get('content-encoding') ?? undefined,
    readUntil: async (wanted) => {
      while (!text.includes(wanted)) {
        const part = await reader?.read();
        if (part === undefined || part.done) return false;
        text += decoder.decode(part.value, { stream: true });
      }
      return true;
    },
    [Symbol.asyncDispose]: async () => {
      await reader?.cancel().catch(() => undefined);
    },
  };
}
