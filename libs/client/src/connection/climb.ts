import type { ConnectionOptions } from './connection';
import { later, random } from '../environment';
import type { Link, LinkContext } from '../links/link';

const LONGEST_MS = 600_000;

/** While a connection is on a lesser transport, tries from time to time whether a better one works again. */
export interface Climb {
  /** @param index the place of the transport that is in use */
  readonly start: (index: number) => void;
  readonly stop: () => void;
  /** The best transport works: when it is lost, the next attempt comes soon again. */
  readonly reset: () => void;
}

/**
 * @param names the channels of the connection
 * @param onBetter gets the place of the transport that works
 */
export function createClimb(
  context: LinkContext,
  { transports, probeIntervalMs = 60_000 }: ConnectionOptions,
  names: () => readonly string[],
  onBetter: (index: number) => void,
): Climb {
  let cancel: (() => void) | undefined;
  let probe: Link | undefined;
  let delayMs: number;
  let round = 0;

  const stop = (): void => {
    cancel?.();
    probe?.close();
    probe = undefined;
  };
  const start = (current: number): void => {
    stop();
    if (current === 0) return;
    // Half to one and a half: clients that fell together do not climb together.
    cancel = later(delayMs * (0.5 + random()), () => {
      const index = round++ % current;
      const ignore = (): void => undefined;
      const fail = (): void => {
        if (probe === opened) start(current);
      };
      const opened = transports[index]?.open(
        context,
        names(),
        {},
        {
          onReady: () => {
            if (probe === opened) onBetter(index);
          },
          onEnd: fail,
          onActivity: ignore,
          onMove: ignore,
        },
      );
      probe = opened;
      cancel = later(context.timeoutMs, fail);
    });
    delayMs = Math.min(LONGEST_MS, delayMs * 2);
  };
  const reset = (): void => {
    delayMs = probeIntervalMs;
  };
  reset();
  return { start, stop, reset };
}
