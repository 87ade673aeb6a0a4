import { decodeCursor, JOIN_EVENT, LEAVE_EVENT, type Message } from '@tetracast/message-model';

/** A join or a leave. A member of these tests is a user. */
export interface MemberEvent {
  readonly epoch: string;
  readonly seq: number;
  readonly kind: 'join' | 'leave';
  readonly user: string;
  readonly time: number;
}

export const MEMBER_EVENTS = [JOIN_EVENT, LEAVE_EVENT];

/** A position that a cursor names. */
export function positionOf(cursor: string): { readonly epoch: string; readonly seq: number } {
  const position = decodeCursor(cursor);
  if (position === undefined) throw new Error(`not a cursor: ${cursor}`);
  return position;
}

export function memberEventOf({ id, event, data, time }: Message): MemberEvent {
  const kind = event === JOIN_EVENT ? 'join' : event === LEAVE_EVENT ? 'leave' : undefined;
  if (kind === undefined) throw new Error(`neither a join nor a leave: ${event}`);
  return { ...positionOf(id), kind, user: (data as { user: string }).user, time };
}

/** The members after these events, sorted. */
export function fold(before: Iterable<string>, events: readonly MemberEvent[]): string[] {
  const members = new Set(before);
  for (const { kind, user } of events) {
    if (kind === 'join') members.add(user);
    else members.delete(user);
  }
  return [...members].sort();
}
