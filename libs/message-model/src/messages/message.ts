import { type Static, Type } from '@sinclair/typebox';

/** A message as every subscriber sees it. */
export const MessageSchema = Type.Object({
  /** The cursor of this message: `after=<id>` resumes right after it. */
  id: Type.String(),
  channel: Type.String(),
  event: Type.String(),
  /** Any JSON. */
  data: Type.Unknown(),
  /** When it was stored, in milliseconds since 1970. */
  time: Type.Integer(),
  /** The publisher's client key. */
  client: Type.Optional(Type.String()),
  /** The subject of the publisher's token. */
  user: Type.Optional(Type.String()),
  /** The cursor to resume from after this message, where that is not its `id`: while a channel that joined later catches up. */
  cursor: Type.Optional(Type.String()),
});

export type Message = Static<typeof MessageSchema>;

/** A message whose data is still the JSON text as published: the gateway never parses it. */
export type EncodedMessage = Omit<Message, 'data'> & { readonly data: string };

/** The cursor that resumes after this message. */
export function cursorAfter({ id, cursor }: Pick<Message, 'id' | 'cursor'>): string {
  return cursor ?? id;
}

/** The data of a message alone, for clients that want nothing else: a string as it is, any other JSON as its text. */
export function dataAlone({ data }: Pick<EncodedMessage, 'data'>): string {
  return data.startsWith('"') ? (JSON.parse(data) as string) : data;
}

/** The JSON text of a message, its members in the order of {@link MessageSchema}. */
export function encodeMessage(message: EncodedMessage): string {
  return `{${encodeMembers(message)}}`;
}

/** The same without the braces, for an object that has more members. */
export function encodeMembers(message: EncodedMessage): string {
  return `${encodeInfoHead(message)},"data":${message.data}${encodeInfoTail(message)}`;
}

/** The same without `data`: the second argument of a Socket.IO event. */
export function encodeMessageInfo(message: EncodedMessage): string {
  return `{${encodeInfoHead(message)}${encodeInfoTail(message)}}`;
}

// A cursor needs no escaping (CURSOR_PATTERN); the other members may hold any letter of Unicode.
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
