import { BusUnavailableError } from '@tetracast/bus';
import type { FramedPage } from '../channels/channel';
import type { ConnectionState } from '../connection/connection-state';
import type { Subscription } from '../connection/subscription';
import { type Pages, readNextPage, windowsCoverPositions, withoutGaps } from './catch-up';

/** A connection as its pump needs it. */
export interface CatchUpTarget {
  readonly state: ConnectionState;
  readonly subscriptions: readonly Subscription[];
  readonly epoch: string;
  /** Follows the log that its channels now follow; `false` while they disagree. */
  adoptEpoch(): boolean;
  /** Delivers the next batch from the windows, and from pages where those do not reach back; `true` when it can stop. */
  advance(pages: Pages): boolean;
  /** The message log is unavailable: the connection has to be woken later. */
  onLogUnavailable(): void;
  /** The pump is done. `again`: the connection was woken meanwhile, and needs another one. */
  onPumpEnded(again: boolean): void;
}

/**
 * Reads on for one connection until it is live, full or closed, or until the message log is unavailable. It exists only
 * while it runs, so a live connection does not pay for it.
 */
export class CatchUpPump {
  /** Resolves when it has stopped. */
  readonly ended: Promise<void>;
  private wokenMeanwhile = false;

  constructor(private readonly target: CatchUpTarget) {
    this.ended = this.run()
      .catch((error: unknown) => {
        if (!(error instanceof BusUnavailableError)) throw error;
        target.onLogUnavailable();
      })
      .finally(() => {
        target.onPumpEnded(this.wokenMeanwhile);
      });
  }

  /** The connection was woken while the pump runs: it starts over before it ends. */
  wake(): void {
    this.wokenMeanwhile = true;
  }

  private async run(): Promise<void> {
    const { target } = this;
    let known: Pages = new Map();
    for (;;) {
      this.wokenMeanwhile = false;
      await whenChannelsFilled(target.subscriptions);
      if (!mayDeliver(target)) return;
      const { subscriptions } = target;
      if (!subscriptions.every(({ channel }) => channel.live)) return;
      if (!target.adoptEpoch()) return;
      const below = subscriptions.filter(({ position, channel }) => position < channel.window.floor);
      const pages = await Promise.all(below.map((subscription) => readNextPage(subscription, known, below.length)));
      if (!mayDeliver(target)) return;
      if (pages.some(({ epoch }) => epoch !== target.epoch)) continue;
      if (below.some((subscription) => !target.subscriptions.includes(subscription))) continue;
      known = new Map(below.map((subscription, i) => [subscription, pages[i] as FramedPage]));
      // During the read a window may have moved on, fallen behind or been replaced: what the pages lack is to be reported yet.
      if (!windowsCoverPositions(target.subscriptions, target.epoch, known)) continue;
      if (target.advance(known)) return;
      known = withoutGaps(known);
    }
  }
}

// A function, so that the compiler does not take the state from before an `await` for the state after it.
function mayDeliver({ state }: CatchUpTarget): boolean {
  return state !== 'closed' && state !== 'full';
}

async function whenChannelsFilled(subscriptions: readonly Subscription[]): Promise<void> {
  for (const { channel } of subscriptions) if (!channel.live) await channel.whenFilled();
}
