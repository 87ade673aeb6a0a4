import { isHidden, later, now, page } from '../environment';

const LOOK_MS = 5000;
/** A timer that is so late has slept with its machine. */
const SLEPT_MS = 15_000;

export interface WatchdogEvents {
  /** Nothing arrived for the whole timeout. */
  readonly onSilent: () => void;
  /** Nothing arrived for half of it. */
  readonly onQuiet: () => void;
  /** The machine slept, or the network or the page is back: nothing that was open can be trusted. */
  readonly onWake: () => void;
  /** The page is left, and may come back. */
  readonly onPause: (isPaused: boolean) => void;
}

/** Notices when a connection is silent for too long, when the machine has slept, and what happens to the page. */
export interface Watchdog {
  /** A link is open. */
  start(): void;
  readonly stop: () => void;
  /** Something arrived. */
  readonly seen: () => void;
  /** Listens to the page no longer. */
  close(): void;
}

export function createWatchdog(timeoutMs: number, { onSilent, onQuiet, onWake, onPause }: WatchdogEvents): Watchdog {
  const lookMs = Math.min(LOOK_MS, timeoutMs / 4);
  let cancel: (() => void) | undefined;
  let seenAt = 0;
  /** When it was found quiet; 0 if something has arrived since. */
  let quietAt = 0;

  const look = (before: number): void => {
    cancel = later(lookMs, () => {
      const at = now();
      look(at);
      if (at - before > lookMs + SLEPT_MS && !isHidden()) onWake();
      else if (at - seenAt < timeoutMs / 2) return;
      else if (quietAt === 0) {
        quietAt = at;
        onQuiet();
      } else if (at - quietAt >= timeoutMs / 2) onSilent();
    });
  };
  const stop = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const seen = (): void => {
    seenAt = now();
    quietAt = 0;
  };
  const ending = new AbortController();
  const onPage = (event: string, listener: () => void): void => page.addEventListener?.(event, listener, ending);
  onPage('online', onWake);
  onPage('visibilitychange', () => {
    // Meanwhile the browser has slowed the timers down.
    if (!isHidden() && (!cancel || now() - seenAt >= timeoutMs)) onWake();
  });
  // An open connection would keep the page out of the back/forward cache.
  onPage('pagehide', () => onPause(true));
  onPage('pageshow', () => onPause(false));
  return {
    start: () => {
      stop();
      seen();
      look(now());
    },
    stop,
    seen,
    close: () => ending.abort(),
  };
}
