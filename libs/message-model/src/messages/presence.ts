import { type Static, Type } from '@sinclair/typebox';
import { NextPage } from '../paging';

/** The event of the message that says that a member has come, or that its `info` has changed. Its data is a {@link Member}. */
export const JOIN_EVENT = 'tetracast:join';

/** The event of the message that says that a member has gone. Its data is a {@link Member} without `info`. */
export const LEAVE_EVENT = 'tetracast:leave';

/** The namespace of the channels that hold joins and leaves; no client's channel begins with `$`. */
export const PRESENCE_NAMESPACE = '$presence';

const PREFIX = `${PRESENCE_NAMESPACE}:`;

/** The channel of the joins and leaves of `channel`. Clients get its messages as those of `channel`. */
export function companionOf(channel: string): string {
  return PREFIX + channel;
}

export function isCompanion(channel: string): boolean {
  return channel.startsWith(PREFIX);
}

/** The channel that clients know, of a channel or of its companion. */
export function clientChannelOf(channel: string): string {
  return isCompanion(channel) ? channel.slice(PREFIX.length) : channel;
}

/**
 * One that is there: a user with a client key, or without a token a connection.
 *
 * @public tools/server-types.mjs names a type of `@tetracast/server` after it.
 */
export const MemberSchema = Type.Object({
  id: Type.String({ description: 'Names the member: joins and leaves of one member have the same.' }),
  client: Type.Optional(Type.String({ description: 'The client key. Without a `user` it proves nothing.' })),
  user: Type.Optional(Type.String({ description: 'The subject of the token.' })),
  since: Type.Integer({ description: 'When it joined, in milliseconds since 1970.' }),
  info: Type.Optional(Type.Unknown({ description: 'The claim `tetracast.info` of the newest token of the member.' })),
});

export type Member = Static<typeof MemberSchema>;

/**
 * A page of the members of a channel. All pages name the cursor of the first: with the joins and leaves after it they are the members at
 * any later moment.
 */
export const MembersSchema = Type.Object({
  members: Type.Array(MemberSchema),
  count: Type.Integer({ minimum: 0, description: 'The number of all members, at the time of this page.' }),
  cursor: Type.String({ description: 'Subscribe from here to get every later join and leave.' }),
  page: NextPage,
});

export type Members = Static<typeof MembersSchema>;

/** How a subscriber takes part in presence: as a member, or only by getting joins and leaves. */
export type PresenceMode = 'join' | 'observe';
