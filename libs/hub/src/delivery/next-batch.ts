import type { FramedPage } from '../channels/channel';
import type { FramedEntry } from './framed-entry';
import type { ResumeLimits } from './resume-limits';
import type { Sink } from '../sink';
import type { Subscription } from '../connection/subscription';

/** How much one write may carry. */
export type BatchLimits = Pick<ResumeLimits, 'messages' | 'bytes'>;

/** How much one write to this sink may carry. */
export function batchLimitsOf({ batchLimit }: Sink, { messages, bytes }: ResumeLimits): BatchLimits {
  return { messages: batchLimit ?? messages, bytes };
}

/** What one connection can be handed next. */
export interface NextBatch {
  /** In the order of the log. */
  readonly messages: readonly FramedEntry[];
  /** Up to here nothing is missing in any of its channels once the messages are handed over. */
  readonly deliveredThrough: number;
  /** Whether this is all that can be handed over now. */
  readonly isComplete: boolean;
}

/** The next messages of a connection, from pages of the log where its windows do not reach back far enough. */
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

/** Up to here all channels are known without a hole: beyond it a cursor would promise what may still come. */
function findHorizon(subscriptions: Iterable<Subscription>, pages: ReadonlyMap<Subscription, FramedPage>): number {
  let horizon = Infinity;
  for (const subscription of subscriptions) {
    const page = pages.get(subscription);
    horizon = Math.min(horizon, page === undefined ? subscription.channel.knownThrough : pageEnd(page));
  }
  return horizon;
}

/** Up to here the log has shown that nothing of this page's channel is missing. */
export function pageEnd({ more, entries, head }: FramedPage): number {
  return more ? (entries.at(-1)?.seq ?? head) : head;
}

/** How many of the messages one write may carry: at least one, if there is one. */
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
