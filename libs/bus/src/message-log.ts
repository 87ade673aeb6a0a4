import type { Entry } from './entry';
import type { Publication } from './publication';

/** Where a publication stands in the log. */
export interface AppendResult {
  readonly epoch: string;
  readonly seq: number;
  /** Whether the idempotency key was known: nothing was stored or announced this time. */
  readonly duplicate: boolean;
}

/**
 * What to read of one channel, oldest first. `after`: the entries with a greater seq (`after: 0` is all that is retained), at
 * most `limit`, and none behind the one with which they come to `bytes`, as {@link bytesOf} counts them; both are 1 or more,
 * so that it goes on whatever is stored. `rewind`: of the last `count` entries the oldest alone, before which they begin.
 */
export type Range =
  | { readonly kind: 'after'; readonly seq: number; readonly limit: number; readonly bytes: number }
  | { readonly kind: 'rewind'; readonly count: number };

/** A stretch of one channel, with what is needed to know whether something is missing before or after it. */
export interface Page {
  readonly epoch: string;
  /** The greatest seq given out in the partition when this was read. */
  readonly head: number;
  /**
   * Seq of the channel's newest message ever, stored or not; 0 when there was none. For a channel that is no longer
   * remembered, a bound that none of its messages exceeds.
   */
  readonly last: number;
  readonly entries: readonly Entry[];
  /** Whether messages of the channel after `seq` and before what was read are no longer stored (`after` only). */
  readonly trimmed: boolean;
  /** Whether more is stored after what was read. */
  readonly more: boolean;
}

export interface Positions {
  readonly epoch: string;
  readonly head: number;
  /** Per channel asked for, in that order: what {@link Page.last} is. */
  readonly last: readonly number[];
}

/** Hears what the log announces; set once, before the first subscription. */
export interface BusListener {
  /** A new message of a subscribed channel, in the order of seq; at most once, so a listener checks `prev`. */
  onAnnouncement(epoch: string, entry: Entry): void;
  /** The line for announcements is cut: until {@link onResubscribed} some may be missed. */
  onInterrupted(): void;
  /** The line is back and all channels are subscribed again. */
  onResubscribed(): void;
}

/**
 * The messages of one partition and their announcements. Acknowledged means stored: `append` resolves once every node can
 * read the message.
 *
 * Every method rejects with {@link BusUnavailableError} while the message log cannot be reached: soon, and without a queue.
 */
export interface MessageLog {
  /** Dedupes, numbers, stores, trims and announces in one atomic step. */
  append(publication: Publication): Promise<AppendResult>;
  read(channel: string, range: Range): Promise<Page>;
  positions(channels: readonly string[]): Promise<Positions>;

  listen(listener: BusListener): void;
  /** Resolves once announcements of `channel` arrive: a message that a later read does not return is announced. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
}

/** The bus cannot be reached now; nothing is known to be stored. */
export class BusUnavailableError extends Error {
  override readonly name = 'BusUnavailableError';
}
