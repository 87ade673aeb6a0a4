import { CodedError, isCompanion } from '@tetracast/message-model';
import type { Channel } from '../channels/channel';
import type { Connection } from './connection';

/** One connection's position in one channel. */
export interface Subscription {
  readonly connection: Connection;
  readonly channel: Channel;
  /** Every message of the channel up to this sequence number was delivered or not asked for. */
  position: number;
  /** Whether the client knows already that messages right after the position are missing, or did not ask for them. */
  gapReported: boolean;
}

/** Whether one of them is for the channel of that name. */
export function isSubscribed(subscriptions: readonly Subscription[], name: string): boolean {
  return subscriptions.some(({ channel }) => channel.name === name);
}

/** @throws CodedError `too_many_channels` when these would give a connection more than `max` channels */
export function requireRoomForChannels(known: readonly Subscription[], names: readonly string[], max: number): void {
  // The companion of a channel, which has its joins and leaves, comes with it.
  const counted = known.filter(({ channel }) => !isCompanion(channel.name)).length;
  const count = counted + names.filter((name) => !isCompanion(name) && !isSubscribed(known, name)).length;
  if (count > max) {
    throw new CodedError('too_many_channels', `${count} channels are too many for one connection: the most is ${max}`);
  }
}

/** The subscriptions to these channels. @throws CodedError `too_many_channels` for more names than `max` */
export function selectSubscriptions(
  known: readonly Subscription[],
  names: readonly string[],
  max: number,
): Subscription[] {
  requireRoomForChannels([], names, max);
  return known.filter(({ channel }) => names.includes(channel.name));
}
