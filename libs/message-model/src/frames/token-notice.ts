import { type Static, Type } from '@sinclair/typebox';

/** The permission of a connection ends at `expiresAt`, in ms since 1970; a new token keeps the connection open. */
export const TokenExpiringSchema = Type.Object({
  type: Type.Literal('token_expiring'),
  connection: Type.String(),
  expiresAt: Type.Number(),
});

/** The server accepted a token for a connection; `expires` in ms since 1970, absent: it does not expire. */
export const AuthenticatedSchema = Type.Object({
  type: Type.Literal('authenticated'),
  connection: Type.String(),
  user: Type.Optional(Type.String()),
  expiresAt: Type.Optional(Type.Number()),
});

/** A notice about the token of a connection: a frame on a WebSocket, an event `tetracast:<type>` elsewhere. */
export type TokenNotice = Static<typeof TokenExpiringSchema> | Static<typeof AuthenticatedSchema>;
