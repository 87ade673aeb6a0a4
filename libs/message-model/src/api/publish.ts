import { type Static, Type } from '@sinclair/typebox';
import { ErrorCodeSchema } from '../errors';
import { PublicationSchema } from '../messages/publication';
import { ChannelName } from './channel-name';

/** Maximum number of messages in one batch, and of channels of one publication. */
const BATCH_MAX = 1000;

/** One message for several channels. */
const BroadcastSchema = Type.Composite([
  Type.Object({
    channels: Type.Array(ChannelName, { minItems: 1, maxItems: BATCH_MAX, description: 'Each of them once.' }),
  }),
  Type.Omit(PublicationSchema, ['channel']),
]);

export type BroadcastRequest = Static<typeof BroadcastSchema>;

/** What `POST /api/publish` takes: a message for one channel, or for several. */
export const ApiPublishSchema = Type.Union([PublicationSchema, BroadcastSchema], {
  examples: [
    { channel: 'news', data: { text: 'hello' } },
    { channels: ['orders:17', 'orders:18'], event: 'shipped', data: { carrier: 'post' }, idempotencyKey: 'ship-4711' },
  ],
});

/** A batch. The server checks each message by itself, so that a bad one does not fail the others. */
export const BatchSchema = Type.Object(
  {
    messages: Type.Array(Type.Unknown({ ...PublicationSchema, title: 'Publication' }), {
      minItems: 1,
      maxItems: BATCH_MAX,
    }),
  },
  {
    examples: [
      {
        messages: [
          { channel: 'news', data: 'one' },
          { channel: 'news', data: 'two', idempotencyKey: 'two-1' },
        ],
      },
    ],
  },
);

/** The answer to a message that is stored. */
export const PublishedSchema = Type.Object({
  id: Type.String({ description: 'The cursor of the message.' }),
  channel: Type.String(),
  duplicate: Type.Optional(
    Type.Literal(true, { description: 'The idempotency key was known: `id` is that of the message stored before.' }),
  ),
});

export type Published = Static<typeof PublishedSchema>;

/** The answer to a message of a batch that is not stored. */
const RefusedSchema = Type.Object({ error: Type.Object({ code: ErrorCodeSchema, message: Type.String() }) });

/** One result for each message, or each channel, in the same order. */
export const ResultsSchema = Type.Object({ results: Type.Array(Type.Union([PublishedSchema, RefusedSchema])) });

export type BatchResult = Static<typeof ResultsSchema>['results'][number];
