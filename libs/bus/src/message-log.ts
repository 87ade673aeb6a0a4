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
 * What to read of one channel. `after`: the entries with a greater sequence number (`seq: 0`: all that are stored), oldest
 * first; `before`: those with a smaller one (`seq: NEWEST`: all), newest first. At most `limit`, up to and including the one
 * that reaches `bytes`, as `bytesOf` counts them; both are 1 or more, so that every read makes progress. `rewind`: only the
 * oldest of the last `count` entries, which is where a rewind begins.
 */
export type Range =
  | { readonly kind: 'after' | 'before'; readonly seq: number; readonly limit: number; readonly bytes: number }
  | { readonly kind: 'rewind'; readonly count: number };

/** Greater than every sequence number. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

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
  /**
   * In the order of the range. For `after`, the `prev` of each is the number of the entry before it on the page, also where a
   * message between them was deleted.
   */
  readonly entries: readonly Entry[];
  /** Whether messages between `seq` and the first entry are no longer stored (`after` only). Deleted messages do not count. */
  readonly trimmed: boolean;
  /** Whether more entries are stored after these; for `before`, older ones. */
  readonly more: boolean;
}

export interface Positions {
  readonly epoch: string;
  readonly head: number;
  /** {@link Page.last} of each requested channel, in that order. */
  readonly last: readonly number[];
}

/** One channel of which messages are stored, or were. */
export interface ChannelSummary {
  readonly channel: string;
  /** Messages stored. */
  readonly messages: number;
  /** When the newest of them was stored, in ms since the POSIX epoch; absent without one. */
  readonly lastTime?: number;
}

export interface ChannelQuery {
  /** Only channels whose names begin so; empty for all. */
  readonly prefix: string;
  /** `next` of the page before; 0 for the first page. */
  readonly after: number;
  /** Most channels on the page; at least 1. */
  readonly limit: number;
}

/**
 * Channels by the age of their last message, the longest silent first. A channel that is in use for as long as a caller turns
 * pages is on one of them at least; it is on a second one if it gets a message meanwhile.
 */
export interface ChannelPage {
  readonly channels: readonly ChannelSummary[];
  /** Where the next page begins; absent on the last. */
  readonly next?: number;
}

/** Receives announcements from the message log. Set it once, before the first subscription. */
export interface BusListener {
  /**
   * A new message of a subscribed channel, in the order of the log; at most once, so a listener checks `prev`. An entry whose
   * `prev` is its own number is no message: the channel's history was deleted up to there.
   */
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
  /**
   * Appends each as {@link append} does, in this order, and resolves with the results in this order. Other messages may come
   * between them. When it rejects, some may be stored.
   */
  appendAll(publications: readonly Publication[]): Promise<readonly AppendResult[]>;
  read(channel: string, range: Range): Promise<Page>;
  positions(channels: readonly string[]): Promise<Positions>;
  /** One page of the channels whose last sequence numbers are remembered. */
  listChannels(query: ChannelQuery): Promise<ChannelPage>;

  /**
   * Deletes all messages of a channel; resolves with their number. Sequence numbers go on: a read after an earlier position
   * is `trimmed`. It is announced, see {@link BusListener.onAnnouncement}.
   */
  deleteChannel(channel: string): Promise<number>;
  /**
   * Deletes one message and appends one with event `tetracast:deleted` that names it, in one atomic step. `false` if the
   * message is not stored, or is itself such a notice. Positions stay valid, and no read is `trimmed` because of it.
   */
  deleteMessage(channel: string, position: Pick<AppendResult, 'epoch' | 'seq'>): Promise<boolean>;
  /**
   * Deletes all messages of a user that are stored when it is called, each as {@link deleteMessage} does; resolves with their
   * number. It works in small steps: when it rejects, some may be deleted.
   */
  deleteUserMessages(user: string): Promise<number>;

  listen(listener: BusListener): void;
  /** Resolves once announcements of `channel` arrive: a message that a later read does not return is announced. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
}

/** The bus cannot be reached now; nothing is known to be stored. */
export class BusUnavailableError extends Error {
  override readonly name = 'BusUnavailableError';
}
