/** For so long, in ms, nothing moves only where something hangs: however busy the machine is, each step is faster. */
export const IDLE_LIMIT_MS = 30_000;

const LOOKS = 10;

/**
 * Calls `onIdle` once `progress()` has given the same value for `idleMs` ({@link IDLE_LIMIT_MS}); what it returns ends the watch.
 * The time is counted in looks, one in a turn of the event loop: a process that did not get to run is not taken for an idle one.
 */
export function watchProgress(progress: () => unknown, onIdle: () => void, idleMs = IDLE_LIMIT_MS): () => void {
  let last = progress();
  let sameLooks = 0;
  const timer = setInterval(() => {
    const now = progress();
    sameLooks = Object.is(now, last) ? sameLooks + 1 : 0;
    last = now;
    if (sameLooks < LOOKS) return;
    clearInterval(timer);
    onIdle();
  }, idleMs / LOOKS);
  return () => clearInterval(timer);
}
