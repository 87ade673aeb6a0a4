import type { FramedPage } from '../channels/channel';
import type { FramedEntry } from './framed-entry';
import type { ResumeLimits } from './resume-limits';
import type { Sink } from '../sink';
import type { Subscription } from '../connection/subscription';

/** The most that one write carries. */
export type BatchLimits = Pick<ResumeLimits, 'messages' | 'bytes'>;

/** The most that one write to this sink carries. */
export function batchLimitsOf({ batchLimit }: Sink, { messages, bytes }: ResumeLimits): BatchLimits {
  return { messages: batchLimit ?? messages, bytes };
}

/** What a connection gets next. */
export interface NextBatch {
  /** In the order of the log. */
  readonly messages: readonly FramedEntry[];
  /** After these messages nothing is missing up to here, in any of its channels. */
  readonly deliveredThrough: number;
  /** Whether these are all messages it can get now. */
  readonly isComplete: boolean;
}

/** The next messages of a connection: from its windows, and from pages of the log where a window begins too late. */
export function findNextBatch(
  subscriptions: Iterable<Subscription> & { readonly size: number },
  pages: ReadonlyMap<Subscription, FramedPage>,
  limits: BatchLimits,
): NextBatch {
  const horizon = findHorizon(subscriptions, pages);
  const found: FramedEntry[] = [];
  for (const subscription of subscriptions) {
    const { position, channel } = subscription;
    const page = pages.get(subscription);
    if (page === undefined) found.push(...channel.window.after(position, limits.messages + 1, horizon));
    else found.push(...page.entries.filter(({ seq }) => seq > position && seq <= horizon));
  }
  if (subscriptions.size > 1) found.sort((a, b) => a.seq - b.seq);
  const count = countFitting(found, limits);
  const last = found[count - 1];
  if (count === found.length || last === undefined)
    return { messages: found, deliveredThrough: horizon, isComplete: true };
  return { messages: found.slice(0, count), deliveredThrough: last.seq, isComplete: false };
}

/**
 * The horizon: the position up to which all channels of a connection are known without a gap. Beyond it a cursor could skip a
 * message that is still on its way.
 */
function findHorizon(subscriptions: Iterable<Subscription>, pages: ReadonlyMap<Subscription, FramedPage>): number {
  let horizon = Infinity;
  for (const subscription of subscriptions) {
    const page = pages.get(subscription);
    horizon = Math.min(horizon, page === undefined ? subscription.channel.knownThrough : pageEnd(page));
  }
  return horizon;
}

/** Up to here the page shows every message of its channel. */
export function pageEnd({ more, entries, head }: FramedPage): number {
  return more ? (entries.at(-1)?.seq ?? head) : head;
}

/** How many of the messages one write carries: at least one, if there is one. */
function countFitting(found: readonly FramedEntry[], limits: BatchLimits): number {
  let bytes = 0;
  let count = 0;
  for (const { size } of found) {
    bytes += size;
    count++;
    if (count >= limits.messages || bytes >= limits.bytes) break;
  }
  return count;
}
