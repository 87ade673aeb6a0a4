import type { Environment } from './environment';

const LOOK_MS = 5000;
/** A timer that is so late has slept with its machine. */
const SLEPT_MS = 15_000;

export interface WatchdogEvents {
  /** Nothing arrived for the whole timeout. */
  onSilent(): void;
  /** Nothing arrived for half of it. */
  onQuiet(): void;
  /** The machine slept, or the network or the page is back: nothing that was open can be trusted. */
  onWake(): void;
  /** The page is left, and may come back. */
  onPause(isPaused: boolean): void;
}

/** Notices when a connection is silent for too long, when the machine has slept, and what happens to the page. */
export interface Watchdog {
  /** A link is open. */
  start(): void;
  stop(): void;
  /** Something arrived. */
  readonly seen: () => void;
  close(): void;
}

export function createWatchdog(env: Environment, timeoutMs: number, events: WatchdogEvents): Watchdog {
  const { now, onWindow } = env;
  const lookMs = Math.min(LOOK_MS, timeoutMs / 4);
  let timer: unknown;
  let seenAt = 0;
  /** When it was found quiet; 0 if something has arrived since. */
  let quietAt = 0;

  const look = (before: number): void => {
    timer = env.setTimeout(() => {
      const at = now();
      look(at);
      if (at - before > lookMs + SLEPT_MS && !env.isHidden()) events.onWake();
      else if (at - seenAt < timeoutMs / 2) return;
      else if (quietAt === 0) {
        quietAt = at;
        events.onQuiet();
      } else if (at - quietAt >= timeoutMs / 2) events.onSilent();
    }, lookMs);
  };
  const stop = (): void => {
    env.clearTimeout(timer);
    timer = undefined;
  };
  const seen = (): void => {
    seenAt = now();
    quietAt = 0;
  };
  const listening = [
    onWindow('online', () => events.onWake()),
    onWindow('visibilitychange', () => {
      // Meanwhile the browser has slowed the timers down.
      if (!env.isHidden() && (!timer || now() - seenAt >= timeoutMs)) events.onWake();
    }),
    // An open connection would keep the page out of the back/forward cache.
    onWindow('pagehide', () => events.onPause(true)),
    onWindow('pageshow', ({ persisted }) => {
      if (persisted === true) events.onPause(false);
    }),
  ];
  return {
    start: () => {
      stop();
      seen();
      look(now());
    },
    stop,
    seen,
    close: () => {
      stop();
      for (const end of listening) end();
    },
  };
}
