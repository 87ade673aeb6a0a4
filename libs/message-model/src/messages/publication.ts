import '../frames/formats';
import { type Static, Type } from '@sinclair/typebox';

/** What a publisher sends, on every transport; over HTTP as JSON or as a form. */
export const PublicationSchema = Type.Object({
  channel: Type.String({ format: 'channel' }),
  event: Type.Optional(Type.String({ format: 'event' })),
  /** May be missing only with `end`. */
  data: Type.Optional(Type.Unknown()),
  /** `true`: the message is the last one of the channel, with the event `tetracast:end`. Default `false`. */
  end: Type.Optional(Type.Boolean()),
  /** `false` keeps the message from the connections of the same client key, live and in replay. Default `true`. */
  echo: Type.Optional(Type.Boolean()),
  client: Type.Optional(Type.String({ format: 'client-key' })),
  /** A repeat with the same key is stored once. 1 to 200 visible ASCII characters; over HTTP the header `Idempotency-Key` wins. */
  idempotencyKey: Type.Optional(Type.String()),
});

export type PublicationRequest = Static<typeof PublicationSchema>;

/** What is wrong with a publication that the schema cannot say; `undefined` if nothing is. */
export function flawOfPublication({
  data,
  end,
  event,
}: Pick<PublicationRequest, 'data' | 'end' | 'event'>): string | undefined {
  if (end === true && event !== undefined) return 'the end of a channel has an event already: leave "event" out';
  if (end !== true && data === undefined) return '"data" is missing: send any JSON value';
  return undefined;
}
