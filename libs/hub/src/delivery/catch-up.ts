import type { Batch } from '../channels/batch';
import type { FramedPage } from '../channels/channel';
import { pageEnd } from './next-batch';
import type { Subscription } from '../connection/subscription';

/** What was read of the message log, for subscriptions whose windows do not reach back to their positions. */
export type Pages = ReadonlyMap<Subscription, FramedPage>;

/** Whether the windows, or pages where a window begins too late, hold every message after the subscriptions' positions. */
export function windowsCoverPositions(subscriptions: Iterable<Subscription>, epoch: string, pages?: Pages): boolean {
  for (const subscription of subscriptions) {
    const { channel, position } = subscription;
    if (!channel.live || channel.epoch !== epoch) return false;
    if (position < channel.window.floor && pages?.has(subscription) !== true) return false;
  }
  return true;
}

/** Whether every message in the windows has been delivered. */
export function areAtEnd(subscriptions: Iterable<Subscription>): boolean {
  for (const { position, channel } of subscriptions) if (position < channel.window.last) return false;
  return true;
}

/**
 * Whether these messages are all that the connection lacks, and resume in its other channels too by their ids: then it shares them
 * with the readers at the same position. Nearly always so where one of its channels has the joins and leaves of another.
 */
export function isAloneWith(batch: Batch, subscription: Subscription, all: readonly Subscription[]): boolean {
  const { channel } = subscription;
  const first = batch.entries[0]?.seq ?? 0;
  for (const other of all) {
    if (other === subscription) continue;
    const { window, live, epoch, knownThrough } = other.channel;
    const isAtEnd = live && epoch === channel.epoch && other.position >= window.last;
    if (!isAtEnd || other.position > first || knownThrough < channel.window.last) return false;
  }
  return true;
}

/**
 * Moves the subscriptions on, only as far as the message log has shown: an announcement may have been lost without a trace,
 * and its message is still to be delivered when the comparison finds it.
 */
export function advancePositions(subscriptions: Iterable<Subscription>, deliveredThrough: number, pages: Pages): void {
  for (const subscription of subscriptions) {
    const page = pages.get(subscription);
    const shown = Math.min(deliveredThrough, page === undefined ? subscription.channel.verifiedThrough : pageEnd(page));
    if (subscription.position < shown) subscription.position = shown;
    subscription.gapReported = false;
  }
}

/** Moves the subscriptions past messages that are no longer stored; returns the channels for which that is not reported yet. */
export function skipTrimmed(pages: Pages): string[] {
  const unreported: string[] = [];
  for (const [subscription, page] of pages) {
    if (!page.trimmed) continue;
    if (!subscription.gapReported) unreported.push(subscription.channel.name);
    const floor = page.entries[0]?.prev ?? page.head;
    if (floor > subscription.position) subscription.position = floor;
  }
  return unreported;
}

/**
 * The page after a subscription's position: the rest of the page it has, so that one page serves several batches, or the next
 * one from the log, read as one of `among` channels.
 */
export async function readNextPage(subscription: Subscription, known: Pages, among: number): Promise<FramedPage> {
  const { channel, position } = subscription;
  const page = known.get(subscription);
  const last = page?.entries.at(-1);
  if (page === undefined || last === undefined || last.seq <= position) return channel.read(position, among);
  return page;
}

/** The same pages once what they lack has been reported. */
export function withoutGaps(pages: Pages): Pages {
  return new Map([...pages].map(([subscription, page]) => [subscription, { ...page, trimmed: false }]));
}
