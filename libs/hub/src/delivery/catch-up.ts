import type { FramedPage } from '../channels/channel';
import { pageEnd } from './next-batch';
import type { Subscription } from '../connection/subscription';

/** What was read of the message log, for subscriptions whose windows do not reach back to their positions. */
export type Pages = ReadonlyMap<Subscription, FramedPage>;

/** Whether windows, and pages for those that do not reach back far enough, hold everything after the subscriptions' places. */
export function windowsCoverPositions(subscriptions: Iterable<Subscription>, epoch: string, pages?: Pages): boolean {
  for (const subscription of subscriptions) {
    const { channel, position } = subscription;
    if (!channel.live || channel.epoch !== epoch) return false;
    if (position < channel.window.floor && pages?.has(subscription) !== true) return false;
  }
  return true;
}

/** Whether nothing that the windows hold is still to come. */
export function areAtEnd(subscriptions: Iterable<Subscription>): boolean {
  for (const { position, channel } of subscriptions) if (position < channel.window.last) return false;
  return true;
}

/**
 * Moves the subscriptions on, only as far as the log has shown: an announcement may have been lost without a trace, and what it
 * announced is still to be handed over when that comes out.
 */
export function advancePositions(subscriptions: Iterable<Subscription>, reached: number, pages: Pages): void {
  for (const subscription of subscriptions) {
    const page = pages.get(subscription);
    const shown = Math.min(reached, page === undefined ? subscription.channel.verifiedThrough : pageEnd(page));
    if (subscription.position < shown) subscription.position = shown;
    subscription.gapReported = false;
  }
}

/** Moves the subscriptions past what is gone before their pages; returns the channels whose readers have not been told that yet. */
export function skipTrimmed(pages: Pages): string[] {
  const untold: string[] = [];
  for (const [subscription, page] of pages) {
    if (!page.trimmed) continue;
    if (!subscription.gapReported) untold.push(subscription.channel.name);
    const floor = page.entries[0]?.prev ?? page.head;
    if (floor > subscription.position) subscription.position = floor;
  }
  return untold;
}

/**
 * What follows a subscription's place: the rest of the page it had, which else would be read once more for each step, or the next one,
 * as one of `among` channels that are read.
 */
export async function readNextPage(subscription: Subscription, known: Pages, among: number): Promise<FramedPage> {
  const { channel, position } = subscription;
  const page = known.get(subscription);
  const last = page?.entries.at(-1);
  if (page === undefined || last === undefined || last.seq <= position) return channel.read(position, among);
  // What it lacks has been told.
  return { ...page, trimmed: false };
}
