import './formats';
import { type Static, Type } from '@sinclair/typebox';

/** What a publisher sends, on every transport; over HTTP as JSON or as a form. */
export const PublicationSchema = Type.Object({
  channel: Type.String({ format: 'channel' }),
  event: Type.Optional(Type.String({ format: 'event' })),
  data: Type.Unknown(),
  /** `false` keeps the message from the connections of the same client key, live and in replay. Default `true`. */
  echo: Type.Optional(Type.Boolean()),
  client: Type.Optional(Type.String({ format: 'client-key' })),
});

export type PublicationRequest = Static<typeof PublicationSchema>;
