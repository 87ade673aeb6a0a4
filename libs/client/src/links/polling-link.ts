import { sleep } from '../environment';
import { toError } from '../errors';
import { poll } from '../history';
import { cursorAfter, type PollAnswer, type Start } from '../message';
import type { OpenLink } from './link';

/** How long the server may hold a poll, in seconds. */
const WAIT_S = 25;
/** The pause between polls that cannot be held. */
const PAUSE_MS = 2000;

/**
 * HTTP polling. Where something cuts polls that are held, they are held for half the time, and in the end not at all.
 */
export const openPollingLink: OpenLink = ({ http, env }, channels, start, events) => {
  const ending = new AbortController();
  const { signal } = ending;
  const isAborted = (): boolean => signal.aborted;
  let from: Start = start;
  /** The longest wait that may work. */
  let longestS = WAIT_S;

  const tryPoll = async (waitS: number): Promise<PollAnswer | undefined> => {
    const startedMs = env.now();
    try {
      return await poll(http, channels, from, waitS, signal);
    } catch (error) {
      if (waitS === 0 || !toError(error).isTemporary || env.now() - startedMs < 1000) throw error;
      longestS = waitS >> 1;
      return undefined;
    }
  };
  const run = async (): Promise<void> => {
    // The first poll is not held: its answer shows that polling works.
    let waitS = 0;
    while (!isAborted()) {
      const answer = await tryPoll(waitS);
      if (isAborted()) return;
      if (answer) {
        const { messages, cursor, reset } = answer;
        events.onActivity();
        events.onReady();
        if (reset) events.onMove(reset.cursor, undefined, reset);
        // A callback may close the link.
        for (const message of messages) if (!isAborted()) events.onMove(cursorAfter(message), message);
        if (!isAborted()) events.onMove(cursor);
        from = { after: cursor };
      }
      waitS = longestS;
      if (waitS === 0) await sleep(env, PAUSE_MS, signal);
    }
  };
  run().catch((error: unknown) => {
    if (signal.aborted) return;
    ending.abort();
    events.onEnd(toError(error));
  });
  return { close: () => ending.abort() };
};
