import type { ConnectionOptions } from './connection';
import type { Link, LinkContext } from './links/link';

const LONGEST_MS = 600_000;

/** While a connection is on a lesser transport, tries from time to time whether a better one works again. */
export interface Climb {
  /** @param index the place of the transport that is in use */
  start(index: number): void;
  stop(): void;
}

/**
 * @param names the channels of the connection
 * @param onBetter gets the place of the transport that works
 */
export function createClimb(
  context: LinkContext,
  { transports, connectTimeoutMs, probeIntervalMs }: ConnectionOptions,
  names: () => readonly string[],
  onBetter: (index: number) => void,
): Climb {
  const { env } = context;
  let timer: unknown;
  let probe: Link | undefined;
  let delayMs = probeIntervalMs;
  let round = 0;

  const stop = (): void => {
    env.clearTimeout(timer);
    probe?.close();
    probe = undefined;
  };
  const start = (current: number): void => {
    stop();
    if (current === 0) return;
    // Half to one and a half: clients that fell together do not climb together.
    timer = env.setTimeout(() => tryOne(round++ % current, current), delayMs * (0.5 + env.random()));
    delayMs = Math.min(LONGEST_MS, delayMs * 2);
  };
  const tryOne = (index: number, current: number): void => {
    let isDone = false;
    const end = (works: boolean) => (): void => {
      if (isDone) return;
      isDone = true;
      if (works) onBetter(index);
      else start(current);
    };
    const ignore = (): void => undefined;
    probe = transports[index]?.open(
      context,
      names(),
      {},
      {
        onReady: end(true),
        onEnd: end(false),
        onActivity: ignore,
        onMove: ignore,
      },
    );
    timer = env.setTimeout(end(false), connectTimeoutMs);
  };
  return { start, stop };
}
