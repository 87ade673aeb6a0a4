import type { Entry } from './entry';

/** What a service hands to the log. */
export interface Publication {
  readonly channel: string;
  readonly event: string;
  /** The data as JSON text: it is stored and sent as these very bytes. */
  readonly data: string;
  /** `false` keeps it from the connections of the same client key. */
  readonly echo: boolean;
  readonly client?: string;
  readonly user?: string;
  /** A repeat on the channel by the same owner within `idempotencyTtlMs` is answered with the first one's position and stored once. */
  readonly idempotencyKey?: string;
  /** Whose the idempotency key is; equal keys of two owners are two keys. Default: everybody's who names no owner. */
  readonly idempotencyOwner?: string;
}

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

/** What {@link BusChecks} says of what can be done. */
export const CHECK_OK = 'ok';

/** What a service needs of a bus: each is `ok`, or else the reason in one line, for operators. */
export interface BusChecks {
  readonly read: string;
  readonly write: string;
  readonly announce: string;
  /** Whether this process hears what it announces. */
  readonly hear: string;
}

/**
 * The log of one partition and its announcements. Acknowledged means stored: `append` resolves once the message can be
 * read by every node.
 *
 * Every method rejects with {@link BusUnavailableError} while the log cannot be reached, soon and without a queue.
 */
export interface Bus {
  /** Dedupes, numbers, stores, trims and announces in one atomic step. */
  append(publication: Publication): Promise<AppendResult>;
  read(channel: string, range: Range): Promise<Page>;
  positions(channels: readonly string[]): Promise<Positions>;

  listen(listener: BusListener): void;
  /** Resolves once announcements of `channel` arrive: whatever is not in a read that follows will be announced. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;

  /**
   * A small value kept for `ttlMs` for any node to find, such as the channels of a Socket.IO session. Its key begins with its
   * kind and a colon: where memory is bounded, many of one kind do not cost another its values.
   */
  putValue(key: string, value: string, ttlMs: number): Promise<void>;
  getValue(key: string): Promise<string | undefined>;

  /**
   * Adds to counts that all nodes share, and resolves with about how much each has got within the last `windowMs`, in their
   * order; 0 may be added. A count is gone when nothing was added for two windows. Always the same window for one name.
   */
  addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]>;

  /**
   * Proves that each thing a service needs can be done now, by doing it. It stores nothing that lasts, and is cheap: an answer
   * may be up to a second old.
   */
  check(): Promise<BusChecks>;
  close(): Promise<void>;
}

/** The log cannot be reached now; nothing is known to be stored. */
export class BusUnavailableError extends Error {
  override readonly name = 'BusUnavailableError';
}
