import { type Static, Type } from '@sinclair/typebox';

/** A message as every subscriber sees it. */
export const MessageSchema = Type.Object({
  /** The cursor of this message: what follows it is "after" it. */
  id: Type.String(),
  channel: Type.String(),
  event: Type.String(),
  /** Any JSON. */
  data: Type.Unknown(),
  /** When it was stored, in milliseconds since the epoch of POSIX. */
  time: Type.Integer(),
  /** The publisher's client key. */
  client: Type.Optional(Type.String()),
  /** The subject of the publisher's token. */
  user: Type.Optional(Type.String()),
  /** From where to resume after this message, where that is not its `id`: while a channel that joined later catches up. */
  cursor: Type.Optional(Type.String()),
});

export type Message = Static<typeof MessageSchema>;

/** A message whose data is still the JSON text it was published as: it is written as it came, never parsed on the way. */
export type EncodedMessage = Omit<Message, 'data'> & { readonly data: string };

/** From where a client resumes once it has this message. */
export function cursorAfter({ id, cursor }: Pick<Message, 'id' | 'cursor'>): string {
  return cursor ?? id;
}

/** The JSON text of a message, its members in the order of {@link MessageSchema}. */
export function encodeMessage(message: EncodedMessage): string {
  return `{${encodeMembers(message)}}`;
}

/** The same without the braces, for an object that has more members. */
export function encodeMembers(message: EncodedMessage): string {
  return `${encodeInfoHead(message)},"data":${message.data}${encodeInfoTail(message)}`;
}

/** The same without `data`: what Socket.IO hands over as the second argument. */
export function encodeMessageInfo(message: EncodedMessage): string {
  return `{${encodeInfoHead(message)}${encodeInfoTail(message)}}`;
}

// A cursor needs no escaping (CURSOR_PATTERN); all else may hold any letter of Unicode.
function encodeInfoHead({ id, channel, event }: EncodedMessage): string {
  return `"id":"${id}","channel":${JSON.stringify(channel)},"event":${JSON.stringify(event)}`;
}

function encodeInfoTail({ time, client, user, cursor }: EncodedMessage): string {
  let tail = `,"time":${time}`;
  if (client !== undefined) tail += `,"client":${JSON.stringify(client)}`;
  if (user !== undefined) tail += `,"user":${JSON.stringify(user)}`;
  if (cursor !== undefined) tail += `,"cursor":"${cursor}"`;
  return tail;
}
