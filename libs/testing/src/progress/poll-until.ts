import { setTimeout as delay } from 'node:timers/promises';
import { IDLE_LIMIT_MS, watchProgress } from './watch-progress';

const POLL_MS = 10;

/** Polls a state that raises no event, until it `isDone`; rejects when the state has not changed for `idleMs`. */
export async function pollUntil<T>(
  look: () => T | Promise<T>,
  isDone: (seen: T) => boolean,
  idleMs = IDLE_LIMIT_MS,
): Promise<T> {
  let shown = 'nothing';
  let isOver = false;
  let endWatch = (): void => undefined;
  const idle = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`nothing changed for ${idleMs} ms: what is seen is ${shown}`));
    endWatch = watchProgress(() => shown, giveUp, idleMs);
  });
  const poll = async (): Promise<T> => {
    for (;;) {
      const seen = await look();
      if (isOver || isDone(seen)) return seen;
      shown = JSON.stringify(seen);
      await delay(POLL_MS);
    }
  };
  try {
    return await Promise.race([poll(), idle]);
  } finally {
    isOver = true;
    endWatch();
  }
}
