import './frames/formats';
import { type Static, Type } from '@sinclair/typebox';

/** What a publisher sends, on every transport; over HTTP as JSON or as a form. */
export const PublicationSchema = Type.Object({
  channel: Type.String({ format: 'channel' }),
  event: Type.Optional(Type.String({ format: 'event' })),
  data: Type.Unknown(),
  /** `false` keeps the message from the connections of the same client key, live and in replay. Default `true`. */
  echo: Type.Optional(Type.Boolean()),
  client: Type.Optional(Type.String({ format: 'client-key' })),
  /** A repeat with the same key is stored once. 1 to 200 visible ASCII characters; over HTTP the header `Idempotency-Key` wins. */
  idempotencyKey: Type.Optional(Type.String()),
});

export type PublicationRequest = Static<typeof PublicationSchema>;
