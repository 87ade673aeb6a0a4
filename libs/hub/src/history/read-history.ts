import { type MessageLog, NEWEST, type Page } from '@tetracast/bus';
import {
  decodeCursor,
  type EncodedMessage,
  encodeCursor,
  type Position,
  type Reset,
  type ResetReason,
  seqIn,
} from '@tetracast/message-model';
import { FramedEntry } from '../delivery/framed-entry';

/** Which messages of a channel. */
export interface HistoryQuery {
  /** Only those after this cursor. Default: from the oldest that is stored. */
  readonly after?: string;
  /** Only those before this cursor, without the message it names. Default: up to the newest. */
  readonly before?: string;
  /** Most messages on the page; at least 1. A page is also bounded in bytes. */
  readonly limit: number;
  /** `asc`: oldest first; `desc`: newest first. */
  readonly order: 'asc' | 'desc';
}

export interface HistoryPage {
  /** In the order of the query. */
  readonly messages: readonly EncodedMessage[];
  /**
   * Where the next page begins: `after` of the next query for `asc`, `before` for `desc`. After the last page of `asc`
   * without `before` a subscription goes on from here without a gap.
   */
  readonly cursor: string;
  /** Whether more messages follow on the next page. */
  readonly more: boolean;
  /** Messages after `after` may be missing. */
  readonly reset?: Reset;
}

/** The positions that a query names. */
interface Bounds {
  readonly after?: Position;
  readonly before?: Position;
}

/** What stays the same for all reads of one query. */
interface Reading {
  readonly messageLog: MessageLog;
  readonly channel: string;
  readonly order: HistoryQuery['order'];
  readonly limits: { readonly limit: number; readonly bytes: number };
}

/** A page of the log within bounds, and where the next one begins. */
type BoundedPage = Pick<Page, 'epoch' | 'head' | 'entries' | 'more' | 'trimmed'> & { readonly end: number };

/** Reads one page of a channel, in one round trip; a bad cursor, and the last page of `desc` with `after`, take two. */
export async function readHistory(
  messageLog: MessageLog,
  channel: string,
  query: HistoryQuery,
  maxBytes: number,
): Promise<HistoryPage> {
  const { order, limit } = query;
  const reading = { messageLog, channel, order, limits: { limit, bytes: maxBytes } };
  const bounds = boundsOf(query);
  if (bounds === undefined) {
    const { epoch, head } = await messageLog.positions([]);
    return createHistoryPage(channel, { epoch, entries: [], end: head, more: false }, 'invalid');
  }
  const page = await readWithin(bounds, reading);
  const reason = whyNotWithin(bounds, channel, page);
  if (reason === undefined) {
    const trimmed = await isTrimmedAfter(bounds, page, reading);
    return createHistoryPage(channel, page, trimmed ? 'trimmed' : undefined);
  }
  return createHistoryPage(channel, await readWithin({}, reading), reason);
}

/** `undefined` when a cursor cannot be read. */
function boundsOf({ after, before }: HistoryQuery): Bounds | undefined {
  const [from, to] = [after, before].map((cursor) => (cursor === undefined ? undefined : decodeCursor(cursor)));
  if ((after !== undefined && from === undefined) || (before !== undefined && to === undefined)) return undefined;
  return { ...(from === undefined ? {} : { after: from }), ...(to === undefined ? {} : { before: to }) };
}

async function readWithin(bounds: Bounds, { messageLog, channel, order, limits }: Reading): Promise<BoundedPage> {
  const after = bounds.after === undefined ? 0 : seqIn(bounds.after, channel);
  const before = bounds.before === undefined ? NEWEST : seqIn(bounds.before, channel);
  const range = order === 'asc' ? { kind: 'after' as const, seq: after } : { kind: 'before' as const, seq: before };
  const page = await messageLog.read(channel, { ...range, ...limits });
  const entries = page.entries.filter(({ seq }) => seq > after && seq < before);
  const more = page.more && entries.length === page.entries.length;
  const last = entries.at(-1)?.seq;
  if (order === 'desc') return { ...page, entries, more, end: last ?? Math.min(page.head, before) };
  // All before the bound is read: a subscription from here gets nothing twice.
  const complete = Math.max(after, Math.min(page.head, before - 1));
  return { ...page, entries, more, end: more ? (last ?? complete) : complete };
}

/** Why the positions mean nothing in the log that was read. */
function whyNotWithin(bounds: Bounds, channel: string, { epoch, head }: BoundedPage): ResetReason | undefined {
  const positions = Object.values(bounds) as Position[];
  if (positions.some((position) => position.epoch !== epoch)) return 'epoch';
  return positions.some((position) => seqIn(position, channel) > head) ? 'ahead' : undefined;
}

/** Whether messages right after `after` are no longer stored. Only a read after a position shows it, so `desc` needs another one. */
async function isTrimmedAfter(
  { after }: Bounds,
  { trimmed, more }: BoundedPage,
  { messageLog, channel, order }: Reading,
): Promise<boolean> {
  if (after === undefined) return false;
  if (order === 'asc') return trimmed;
  if (more) return false;
  const range = { kind: 'after', seq: seqIn(after, channel), limit: 1, bytes: 1 } as const;
  return (await messageLog.read(channel, range)).trimmed;
}

function createHistoryPage(
  channel: string,
  { epoch, entries, end, more }: Pick<BoundedPage, 'epoch' | 'entries' | 'end' | 'more'>,
  reason?: ResetReason,
): HistoryPage {
  const cursor = encodeCursor({ epoch, seq: end });
  const messages = entries.map((entry) => new FramedEntry(epoch, entry).message);
  const page = { messages, cursor, more };
  return reason === undefined ? page : { ...page, reset: { channels: [channel], reason, cursor } };
}
