import type { Entry } from './entry';
import type { Publication } from './publication';

/** The position of a publication in the message log. */
export interface AppendResult {
  readonly epoch: string;
  readonly seq: number;
  /** Whether the idempotency key was known, so that nothing was stored or announced this time. */
  readonly duplicate: boolean;
}

/**
 * What to read of one channel, oldest first. `after`: the entries with a greater sequence number (`seq: 0`: all that are
 * stored), at most `limit`, up to and including the one that reaches `bytes`, as `bytesOf` counts them; both are 1 or more, so
 * that every read makes progress. `rewind`: only the oldest of the last `count` entries, which is where a rewind begins.
 */
export type Range =
  | { readonly kind: 'after'; readonly seq: number; readonly limit: number; readonly bytes: number }
  | { readonly kind: 'rewind'; readonly count: number };

/** Consecutive entries of one channel, and the numbers that show whether entries are missing before or after them. */
export interface Page {
  readonly epoch: string;
  /** The greatest sequence number of the partition at the time of the read. */
  readonly head: number;
  /**
   * Sequence number of the channel's newest message ever, stored or not; 0 when there was none. For a channel that is no longer
   * remembered, an upper bound of it.
   */
  readonly last: number;
  readonly entries: readonly Entry[];
  /** Whether messages between `seq` and the first entry are no longer stored (`after` only). */
  readonly trimmed: boolean;
  /** Whether more entries are stored after these. */
  readonly more: boolean;
}

export interface Positions {
  readonly epoch: string;
  readonly head: number;
  /** {@link Page.last} of each requested channel, in that order. */
  readonly last: readonly number[];
}

/** Receives announcements from the message log. Set it once, before the first subscription. */
export interface BusListener {
  /** A new message of a subscribed channel, in the order of the log; at most once, so a listener checks `prev`. */
  onAnnouncement(epoch: string, entry: Entry): void;
  /** The connection for announcements is cut: until {@link onResubscribed} some may be lost. */
  onInterrupted(): void;
  /** The connection is back and all channels are subscribed again. */
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
