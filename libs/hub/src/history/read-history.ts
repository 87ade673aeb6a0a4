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
  readonly after?: Position | undefined;
  readonly before?: Position | undefined;
}

const WHOLE: Bounds = {};

/** Reads one page of a channel, in one round trip; a bad cursor, and the last page of `desc` with `after`, take two. */
export async function readHistory(
  messageLog: MessageLog,
  channel: string,
  query: HistoryQuery,
  maxBytes: number,
): Promise<HistoryPage> {
  const bounds = boundsOf(query);
  if (bounds === undefined) {
    const { epoch, head } = await messageLog.positions([]);
    return createHistoryPage(channel, { epoch, entries: [], end: head, more: false }, 'invalid');
  }
  const read = async (within: Bounds): Promise<Page & { readonly end: number }> => {
    const [after, before] = [seqOf(within.after, channel, 0), seqOf(within.before, channel, NEWEST)];
    const isAscending = query.order === 'asc';
    const range = { limit: query.limit, bytes: maxBytes };
    const page = await messageLog.read(
      channel,
      isAscending ? { kind: 'after', seq: after, ...range } : { kind: 'before', seq: before, ...range },
    );
    const entries = page.entries.filter(({ seq }) => seq > after && seq < before);
    const more = page.more && entries.length === page.entries.length;
    const last = entries.at(-1)?.seq;
    const end = isAscending
      ? more && last !== undefined
        ? last
        : Math.min(page.head, before - 1)
      : (last ?? Math.min(page.head, before));
    return { ...page, entries, more, end };
  };

  const page = await read(bounds);
  const reason = whyNotWithin(bounds, channel, page);
  if (reason !== undefined) return createHistoryPage(channel, await read(WHOLE), reason);
  const { after } = bounds;
  if (after === undefined || (query.order === 'desc' && page.more)) return createHistoryPage(channel, page);
  // Only a read after a position shows what is missing there.
  const { trimmed } =
    query.order === 'asc'
      ? page
      : await messageLog.read(channel, { kind: 'after', seq: seqIn(after, channel), limit: 1, bytes: 1 });
  return createHistoryPage(channel, page, trimmed ? 'trimmed' : undefined);
}

/** `undefined` when a cursor cannot be read. */
function boundsOf({ after, before }: HistoryQuery): Bounds | undefined {
  const bounds = { after: decode(after), before: decode(before) };
  return bounds.after === null || bounds.before === null ? undefined : (bounds as Bounds);
}

function decode(cursor: string | undefined): Position | undefined | null {
  return cursor === undefined ? undefined : (decodeCursor(cursor) ?? null);
}

function seqOf(position: Position | undefined, channel: string, otherwise: number): number {
  return position === undefined ? otherwise : seqIn(position, channel);
}

/** Why a position means nothing in the log that was read. */
function whyNotWithin(bounds: Bounds, channel: string, { epoch, head }: Page): ResetReason | undefined {
  const positions = [bounds.after, bounds.before].filter((position) => position !== undefined);
  if (positions.some((position) => position.epoch !== epoch)) return 'epoch';
  return positions.some((position) => seqIn(position, channel) > head) ? 'ahead' : undefined;
}

function createHistoryPage(
  channel: string,
  { epoch, entries, end, more }: Pick<Page, 'epoch' | 'entries' | 'more'> & { readonly end: number },
  reason?: ResetReason,
): HistoryPage {
  const cursor = encodeCursor({ epoch, seq: end });
  const messages = entries.map((entry) => new FramedEntry(epoch, entry).message);
  const page = { messages, cursor, more };
  return reason === undefined ? page : { ...page, reset: { channels: [channel], reason, cursor } };
}
