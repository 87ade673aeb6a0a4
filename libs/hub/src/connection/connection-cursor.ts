import { encodeCursor, tagOf } from '@tetracast/message-model';
import type { FramedEntry } from '../delivery/framed-entry';
import type { Subscription } from './subscription';

/** The cursor of a connection whose slowest channel is at `seq`; it names the channels that are ahead. */
export function encodeConnectionCursor(epoch: string, seq: number, subscriptions: Iterable<Subscription>): string {
  const ahead = new Map<string, number>();
  for (const { position, channel } of subscriptions) if (position > seq) ahead.set(tagOf(channel.name), position);
  return encodeCursor({ epoch, seq, ahead });
}

/** The position of the slowest channel; a channel without undelivered messages counts as at `deliveredThrough`. */
export function slowestPosition(subscriptions: Iterable<Subscription>, deliveredThrough: number): number {
  let seq = Infinity;
  for (const { position, channel } of subscriptions) {
    seq = Math.min(seq, position >= channel.window.last ? Math.max(position, deliveredThrough) : position);
  }
  return seq;
}

/**
 * The messages with the cursor that resumes after each: the message's own id, unless some of the connection's channels are
 * further on. Then the cursor is made for this connection alone.
 */
export function withConnectionCursors(
  messages: readonly FramedEntry[],
  epoch: string,
  subscriptions: ReadonlySet<Subscription>,
): readonly FramedEntry[] {
  let furthest = 0;
  for (const { position } of subscriptions) furthest = Math.max(furthest, position);
  if (furthest <= (messages[0]?.seq ?? Infinity)) return messages;
  return messages.map((entry) =>
    entry.seq < furthest ? entry.withCursor(encodeConnectionCursor(epoch, entry.seq, subscriptions)) : entry,
  );
}
