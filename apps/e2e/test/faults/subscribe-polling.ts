import type { Message, Reset } from '@tetracast/message-model';
import { BackOff } from './back-off';
import type { Subscription } from './subscribers';

interface PollAnswer {
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

/** `fetch` from cursor to cursor. */
export async function runPolling({ url, channels, trace, signal }: Subscription): Promise<void> {
  const backOff = new BackOff(signal);
  let cursor: string | undefined;

  const poll = async (): Promise<void> => {
    const query = new URLSearchParams({ channel: channels.join() });
    if (cursor !== undefined) {
      query.set('after', cursor);
      query.set('wait', '25');
    }
    const response = await fetch(`${url}/polling?${query.toString()}`, { signal });
    if (response.status >= 500) throw new TypeError(`polling was answered ${response.status}`);
    if (!response.ok) throw new Error(`polling was refused: ${response.status} ${await response.text()}`);
    const answer = (await response.json()) as PollAnswer;
    ({ cursor } = answer);
    if (answer.reset !== undefined) trace.reset(answer.reset);
    for (const message of answer.messages) trace.message(message);
    backOff.succeeded();
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await poll().catch((error: unknown) => {
        // What `fetch` says of a line that broke.
        if (signal.aborted || error instanceof TypeError) return backOff.wait();
        throw error;
      });
    }
  };
  await poll();
  run().catch((error: unknown) => trace.fail(error as Error));
}
