import type { Message, Reset } from '@tetracast/message-model';
import { BackOff } from './back-off';
import type { Subscription } from './subscribers';

interface PollAnswer {
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

/** `fetch` from cursor to cursor. */
export async function runPolling({ url, channels, parameters, trace, signal }: Subscription): Promise<void> {
  const backOff = new BackOff(signal);
  let cursor: string | undefined;

  const poll = async (): Promise<void> => {
    const query = new URLSearchParams({ channel: channels.join(), ...parameters });
    if (cursor !== undefined) {
      query.set('after', cursor);
      query.set('wait', '25');
    }
    const answer = await request(`${url}/polling?${query.toString()}`, signal);
    if (answer === undefined) return backOff.wait();
    backOff.succeeded();
    ({ cursor } = answer);
    if (answer.reset !== undefined) trace.reset(answer.reset);
    for (const message of answer.messages) trace.message(message);
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) await poll();
  };
  await poll();
  run().catch((error: unknown) => trace.fail(error as Error));
}

/** `undefined` when the connection broke or the service cannot answer now. */
async function request(url: string, signal: AbortSignal): Promise<PollAnswer | undefined> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { signal });
    status = response.status;
    text = await response.text();
  } catch {
    return undefined;
  }
  // 408: a process that was paused finds that the request has taken too long.
  if (status >= 500 || status === 408) return undefined;
  if (status >= 400) throw new Error(`polling was refused: ${status} ${text}`);
  return JSON.parse(text) as PollAnswer;
}
