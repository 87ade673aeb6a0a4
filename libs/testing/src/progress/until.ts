import { Progress } from './progress';
import { IDLE_LIMIT_MS } from './watch-progress';

/** Resolves once `condition` holds, which is looked at in each turn of the event loop; rejects when it does not for `idleMs`. */
export async function until(condition: () => boolean, idleMs = IDLE_LIMIT_MS): Promise<void> {
  const progress = new Progress();
  const look = (): void => {
    if (condition()) progress.moved();
    else turn = setImmediate(look);
  };
  let turn = setImmediate(look);
  try {
    await progress.until(condition, () => `it is not so that ${String(condition)}`, idleMs);
  } finally {
    clearImmediate(turn);
  }
}
