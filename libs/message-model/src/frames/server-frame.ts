import { type Static, Type } from '@sinclair/typebox';
import { ErrorCodeSchema } from '../errors';
import { type EncodedMessage, encodeMembers, MessageSchema } from '../messages/message';
import { ResetSchema } from '../positions/reset';
import { NOTICES } from './notices';

const Ref = Type.Optional(Type.Union([Type.String(), Type.Number()]));

/** What the server sends on a WebSocket, by `type`. */
export const SERVER_FRAMES = {
  welcome: Type.Object({
    type: Type.Literal('welcome'),
    connection: Type.String(),
    client: Type.String(),
    cursor: Type.String(),
  }),
  message: Type.Composite([Type.Object({ type: Type.Literal('message') }), MessageSchema]),
  subscribed: Type.Composite([NOTICES.subscribed, Type.Object({ ref: Ref })]),
  unsubscribed: Type.Composite([NOTICES.unsubscribed, Type.Object({ ref: Ref })]),
  ack: Type.Object({
    type: Type.Literal('ack'),
    ref: Ref,
    id: Type.String(),
    /** The idempotency key was known: `id` is that of the first publish. */
    duplicate: Type.Optional(Type.Literal(true)),
  }),
  reset: Type.Composite([Type.Object({ type: Type.Literal('reset') }), ResetSchema]),
  authenticated: Type.Composite([NOTICES.authenticated, Type.Object({ ref: Ref })]),
  token_expiring: NOTICES.token_expiring,
  pong: Type.Object({ type: Type.Literal('pong'), ref: Ref }),
  error: Type.Object({ type: Type.Literal('error'), ref: Ref, code: ErrorCodeSchema, message: Type.String() }),
};

export type ServerFrameType = keyof typeof SERVER_FRAMES;
export type ServerFrame = { [T in ServerFrameType]: Static<(typeof SERVER_FRAMES)[T]> }[ServerFrameType];

export function encodeServerFrame(frame: Exclude<ServerFrame, { type: 'message' }>): string {
  return JSON.stringify(frame);
}

/** The `message` frame, written around the data as it was published. */
export function encodeMessageFrame(message: EncodedMessage): string {
  return `{"type":"message",${encodeMembers(message)}}`;
}
