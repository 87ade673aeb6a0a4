import { now } from '../environment';
import { poll } from '../subscriptions/history';
import { cursorAfter, type Start } from '../message';
import { createRequestLink, type OpenLink } from './link';

/** How long the server may hold a poll, in seconds. */
const WAIT_S = 25;

/** HTTP polling. Where something cuts polls that are held, they are held for half the time. */
export const openPollingLink: OpenLink = (http, channels, start, events) =>
  createRequestLink(async (signal) => {
    let from: Start = start;
    /** The longest wait that may work. */
    let longestS = WAIT_S;
    // The first poll is not held: its answer shows that polling works.
    for (let waitS = 0; !signal.aborted; waitS = longestS) {
      const startedMs = now();
      try {
        const { messages, cursor, reset } = await poll(
          http,
          channels,
          { presence: http.presence, ...from },
          waitS,
          signal,
        );
        events.onActivity();
        events.onReady();
        if (reset) events.onMove(reset.cursor, reset);
        for (const message of messages) events.onMove(cursorAfter(message), message);
        events.onMove(cursor);
        from = { after: cursor };
      } catch (error) {
        // What the server refuses it refuses at once.
        if (waitS < 2 || now() - startedMs < 1000) throw error;
        longestS = waitS >> 1;
      }
    }
  }, events);
