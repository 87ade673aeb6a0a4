import { IDLE_LIMIT_MS, watchProgress } from './watch-progress';

/** Resolves once `condition` holds, which is looked at in each turn of the event loop; rejects when it does not for `idleMs`. */
export async function until(condition: () => boolean, idleMs = IDLE_LIMIT_MS): Promise<void> {
  let isIdle = false;
  const endWatch = watchProgress(
    () => 0,
    () => (isIdle = true),
    idleMs,
  );
  try {
    while (!condition()) {
      if (isIdle) throw new Error(`for ${idleMs} ms it was not so that ${String(condition)}`);
      await new Promise(setImmediate);
    }
  } finally {
    endWatch();
  }
}
