import { type Static, Type } from '@sinclair/typebox';
import { OWN_EVENT_PREFIX } from '../messages/event';

/** What the server tells a client about its token and its channels, by `type`. */
export const NOTICES = {
  /** The permission of the connection ends at `expiresAt`, in ms since 1970; a new token keeps the connection open. */
  token_expiring: Type.Object({
    type: Type.Literal('token_expiring'),
    connection: Type.String(),
    expiresAt: Type.Number(),
  }),
  /** The server accepted a token for the connection; `expiresAt` in ms since 1970, absent: it does not expire. */
  authenticated: Type.Object({
    type: Type.Literal('authenticated'),
    connection: Type.String(),
    user: Type.Optional(Type.String()),
    expiresAt: Type.Optional(Type.Number()),
  }),
  /** The connection is subscribed to these channels, from `cursor` on. */
  subscribed: Type.Object({
    type: Type.Literal('subscribed'),
    channels: Type.Array(Type.String()),
    cursor: Type.String(),
  }),
  /** The subscriptions to these channels have ended. */
  unsubscribed: Type.Object({
    type: Type.Literal('unsubscribed'),
    channels: Type.Array(Type.String()),
  }),
};

/** A notice: a frame on a WebSocket, an event `tetracast:<type>` elsewhere. */
export type Notice = Static<(typeof NOTICES)[keyof typeof NOTICES]>;

/** A notice as an event: its name and payload. */
export function eventOfNotice({ type, ...payload }: Notice): { event: string; payload: object } {
  return { event: OWN_EVENT_PREFIX + type, payload };
}
