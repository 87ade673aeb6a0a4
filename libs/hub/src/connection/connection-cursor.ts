import { encodeCursor, tagOf } from '@tetracast/message-model';
import type { FramedEntry } from '../delivery/framed-entry';
import type { Subscription } from './subscription';

/** The cursor of a connection whose slowest channel stands at `seq`: the channels ahead of it are named in it. */
export function encodeConnectionCursor(epoch: string, seq: number, subscriptions: Iterable<Subscription>): string {
  const ahead = new Map<string, number>();
  for (const { position, channel } of subscriptions) if (position > seq) ahead.set(tagOf(channel.name), position);
  return encodeCursor({ epoch, seq, ahead });
}

/** The slowest channel's position; one that has nothing more to hand over stands at `reached`. */
export function slowestPosition(subscriptions: Iterable<Subscription>, reached: number): number {
  let seq = Infinity;
  for (const { position, channel } of subscriptions) {
    seq = Math.min(seq, position >= channel.window.last ? Math.max(position, reached) : position);
  }
  return seq;
}

/**
 * The messages with the cursor that resumes after each. It is the message's own id, but for a connection some of whose
 * channels are further on: there it is written for that connection alone.
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
