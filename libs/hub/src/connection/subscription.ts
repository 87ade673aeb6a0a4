import { CodedError } from '@tetracast/message-model';
import type { Channel } from '../channels/channel';
import type { Connection } from './connection';

/** One connection's place in one channel. */
export interface Subscription {
  readonly connection: Connection;
  readonly channel: Channel;
  /** Every message of the channel up to this seq has been handed over or was not asked for. */
  position: number;
  /** Whether missing messages right after the position have been told already, or were never asked for. */
  gapReported: boolean;
}

/** Whether one of them is in the channel of that name. */
export function isSubscribed(subscriptions: readonly Subscription[], name: string): boolean {
  return subscriptions.some(({ channel }) => channel.name === name);
}

/** @throws CodedError `too_many_channels` when a connection would have more than `most` channels with these */
export function requireRoomForChannels(known: readonly Subscription[], names: readonly string[], most: number): void {
  const count = known.length + names.filter((name) => !isSubscribed(known, name)).length;
  if (count > most) {
    throw new CodedError('too_many_channels', `at most ${most} channels for one connection, not ${count}`);
  }
}

/** Those of these names. @throws CodedError `too_many_channels` for more names than `most` */
export function selectSubscriptions(
  known: readonly Subscription[],
  names: readonly string[],
  most: number,
): Subscription[] {
  requireRoomForChannels([], names, most);
  return known.filter(({ channel }) => names.includes(channel.name));
}
