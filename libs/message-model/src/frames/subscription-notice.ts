import { type Static, Type } from '@sinclair/typebox';
import type { TokenNotice } from './token-notice';

/** The connection is subscribed to these channels, from `cursor` on. */
export const SubscribedSchema = Type.Object({
  type: Type.Literal('subscribed'),
  channels: Type.Array(Type.String()),
  cursor: Type.String(),
});

export const UnsubscribedSchema = Type.Object({
  type: Type.Literal('unsubscribed'),
  channels: Type.Array(Type.String()),
});

/** What the server changed by itself: a frame on a WebSocket, an event `tetracast:<type>` elsewhere. */
export type Notice = TokenNotice | Static<typeof SubscribedSchema> | Static<typeof UnsubscribedSchema>;

/** A notice as an event: its name and payload. */
export function eventOfNotice({ type, ...payload }: Notice): { event: string; payload: object } {
  return { event: `tetracast:${type}`, payload };
}
