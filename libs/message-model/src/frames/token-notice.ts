import { type Static, Type } from '@sinclair/typebox';

/** The permission of a line ends at `expiresAt`, in ms since 1970: a new token keeps the line open. */
export const TokenExpiringSchema = Type.Object({
  type: Type.Literal('token_expiring'),
  connection: Type.String(),
  expiresAt: Type.Number(),
});

/** A token was accepted for a line: whose it is, and until when it lasts, in ms since 1970 (absent: without end). */
export const AuthenticatedSchema = Type.Object({
  type: Type.Literal('authenticated'),
  connection: Type.String(),
  user: Type.Optional(Type.String()),
  expiresAt: Type.Optional(Type.Number()),
});

/** What a line is told about its token: a frame on a WebSocket, an event `tetracast:<type>` elsewhere. */
export type TokenNotice = Static<typeof TokenExpiringSchema> | Static<typeof AuthenticatedSchema>;

/** The name of a notice where it is an event, and what it carries there. */
export function eventOfNotice({ type, ...payload }: TokenNotice): { event: string; payload: object } {
  return { event: `tetracast:${type}`, payload };
}
