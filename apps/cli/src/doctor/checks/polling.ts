import { ask, type Check, errorOf, type Examination, messageOf, publish } from '../examination';
import type { Finding } from '../problems';

/** Less than MAX_MESSAGE_BYTES by default. */
const LARGE_BYTES = 60_000;

export const checkBody: Check = async (examination) => {
  const check = 'a message of 60 kB is taken';
  const body = JSON.stringify({ channel: examination.channel, data: 'x'.repeat(LARGE_BYTES) });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const response = await ask(examination, '/polling', init).catch(messageOf);
  if (typeof response === 'string') return { check, problem: 'body-limit', detail: `no answer: ${response}` };
  if (response.ok) return { check, detail: `${response.status}` };
  const error = await errorOf(response);
  if (error === undefined) return { check, problem: 'body-limit', detail: `${response.status} from a proxy` };
  return { check, isUnknown: true, detail: `the server says: ${error.detail}` };
};

interface Answer {
  readonly cursor?: string;
  readonly messages?: readonly { readonly data: unknown }[];
}

/** The same request after a message has another answer, and a poll that waits is answered by a message. */
export const checkPolling: Check = async (examination) => {
  const check = 'polls are answered by messages';
  const path = `/polling?channel=${examination.channel}`;
  try {
    const before = await read(await ask(examination, path));
    const { why } = await publish(examination, 'poll 1');
    if (why !== undefined) return { check, isUnknown: true, detail: why };
    const after = await read(await ask(examination, path));
    if (before.cursor === after.cursor) {
      return { check, problem: 'cache', detail: 'the same answer before and after a message' };
    }
    return { check, ...(await waitForMessage(examination, `${path}&after=${after.cursor ?? ''}`)) };
  } catch (error) {
    return { check, problem: 'poll', detail: messageOf(error) };
  }
};

async function waitForMessage(examination: Examination, path: string): Promise<Omit<Finding, 'check'>> {
  const { patienceMs } = examination;
  const waitS = Math.ceil(patienceMs / 1000);
  // The wait ends before the patience does, so that what is late is an answer and not an error.
  const waiting = ask(examination, `${path}&wait=${waitS}`, {}, 3 * patienceMs).then(read);
  const [{ messages = [] }] = await Promise.all([waiting, publish(examination, 'poll 2')]);
  return messages.length > 0 ? { detail: 'at once' } : { problem: 'poll', detail: 'a poll missed a message' };
}

async function read(response: Response): Promise<Answer> {
  if (!response.ok) throw new Error(`a poll was answered with ${response.status}`);
  return (await response.json()) as Answer;
}
