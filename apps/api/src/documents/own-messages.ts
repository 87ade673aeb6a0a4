import { type TSchema, Type } from '@sinclair/typebox';
import {
  CANCEL_EVENT,
  DELETED_EVENT,
  DeletionSchema,
  END_EVENT,
  JOIN_EVENT,
  LEAVE_EVENT,
  MemberSchema,
  MessageSchema,
  OWN_EVENT_PREFIX,
  RELAY_EVENT,
  RelayStartSchema,
} from '@tetracast/message-model';
import { type Messages, named } from './named-message';

/** The data of the messages that the server makes, by their events. */
const OWN_DATA: readonly (readonly [event: string, data: TSchema, summary: string])[] = [
  [JOIN_EVENT, MemberSchema, 'A member has come, or its `info` has changed; for subscribers that ask for presence.'],
  [LEAVE_EVENT, Type.Omit(MemberSchema, ['info']), 'A member has gone; for subscribers that ask for presence.'],
  [
    END_EVENT,
    Type.Unknown(),
    'The last message of the channel; on the channel of a relay it says whether the answer is whole.',
  ],
  [RELAY_EVENT, RelayStartSchema, 'The first message on the channel of a relay: the upstream has begun to answer.'],
  [CANCEL_EVENT, Type.Null(), 'A client asks the publishers of the channel to stop; it names the client and the user.'],
  [DELETED_EVENT, DeletionSchema, 'A message of the channel was deleted.'],
];

const Rest = Type.Omit(MessageSchema, ['event', 'data']);

/** The messages that the server makes, as a transport sends them. `payloadOf` gets the data and the rest of a message. */
export function ownMessages(payloadOf: (data: TSchema, info: TSchema) => TSchema | object): Messages {
  return Object.fromEntries(
    OWN_DATA.map(([event, data, summary]) => {
      const info = Type.Composite([Rest, Type.Object({ event: Type.Literal(event) })]);
      return [event.slice(OWN_EVENT_PREFIX.length), named(event, payloadOf(data, info), summary)];
    }),
  );
}

/** A message in one object. */
export function wholeMessage(data: TSchema, info: TSchema, ...more: TSchema[]): TSchema {
  return Type.Composite([...more, info, Type.Object({ data })]);
}
