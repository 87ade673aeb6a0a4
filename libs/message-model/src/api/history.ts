import { type Static, Type } from '@sinclair/typebox';
import { MessageSchema } from '../messages/message';
import { ResetSchema } from '../positions/reset';
import { LimitQuery, NextPage, PAGE_MAX, PageQuery } from '../paging';
import { ChannelName } from './channel-name';
import { ByTransportSchema, MissingSchema } from './processes';

export const ChannelParamsSchema = Type.Object({ channel: ChannelName });

export const MessageParamsSchema = Type.Composite([
  ChannelParamsSchema,
  Type.Object({ id: Type.String({ description: 'The `id` of a message.' }) }),
]);

export const HistoryQuerySchema = Type.Object({
  after: Type.Optional(Type.String({ description: 'A cursor: only messages after it.' })),
  before: Type.Optional(Type.String({ description: 'A cursor: only messages before it.' })),
  limit: LimitQuery,
  order: Type.Optional(
    Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
      default: 'asc',
      description: '`asc`: the oldest first; `desc`: the newest first.',
    }),
  ),
});

/** A page of stored messages; it is also bounded in bytes. */
export const HistorySchema = Type.Object({
  messages: Type.Array(MessageSchema),
  cursor: Type.String({
    description: 'Where the next page begins: its `after` for `asc`, its `before` for `desc`.',
  }),
  more: Type.Boolean({ description: 'Whether the next page has messages.' }),
  reset: Type.Optional(ResetSchema),
});

export type HistoryAnswer = Static<typeof HistorySchema>;

export const MembersQuerySchema = Type.Object({
  page: PageQuery,
  limit: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: PAGE_MAX,
      default: 100,
      description: 'About how many members; 0: their number alone.',
    }),
  ),
});

/** How many messages a call deleted. */
export const DeletedSchema = Type.Object({ deleted: Type.Integer({ minimum: 0 }) });

export const ChannelsQuerySchema = Type.Object({
  prefix: Type.Optional(Type.String({ maxLength: 200, description: 'Only channels whose names begin with it.' })),
  page: PageQuery,
  limit: LimitQuery,
});

/** A page of channels, the longest silent first. Channels that the caller may not read are left out. */
export const ChannelsSchema = Type.Composite([
  Type.Object({
    channels: Type.Array(
      Type.Object({
        channel: Type.String(),
        messages: Type.Integer({ minimum: 0, description: 'The number of messages stored.' }),
        lastMessageAt: Type.Optional(
          Type.Integer({ description: 'When the newest of them was stored, in milliseconds since 1970.' }),
        ),
        subscribers: ByTransportSchema,
      }),
    ),
    page: NextPage,
  }),
  MissingSchema,
]);
