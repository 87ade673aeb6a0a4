import '../frames/formats';
import { type Static, Type } from '@sinclair/typebox';
import { LimitQuery, NextPage, PageQuery } from '../paging';
import { ByTransportSchema, MissingSchema } from './processes';
import { ChannelName } from './channel-name';
import { TokenNameSchema } from './users';

/** Maximum number of channels that one call subscribes a user to. */
const CHANNELS_MAX = 100;

const User = Type.String({ ...TokenNameSchema, description: 'The subject of the token.', examples: ['ann'] });
const Client = Type.String({ format: 'client-key', description: 'The client key.' });

/** One connection as it is now: a WebSocket, an event stream, a namespace of a Socket.IO session, or a poll that waits. */
export const ConnectionInfoSchema = Type.Object({
  id: Type.String(),
  process: Type.String({ description: 'The name of the process that has the connection.' }),
  transport: Type.String({ examples: ['websocket'] }),
  address: Type.String({
    description: 'An IPv4 address, or the /64 network of an IPv6 address; empty if it is unknown.',
  }),
  since: Type.Integer({ description: 'When it was opened, in milliseconds since 1970.' }),
  user: Type.Optional(User),
  client: Type.Optional(Type.String({ description: 'The client key, if the client or the server has named one.' })),
  channels: Type.Array(Type.String()),
  pendingBytes: Type.Integer({ description: 'Bytes written that the client has not taken yet.' }),
  behind: Type.Boolean({ description: 'Whether stored messages of its channels are not written yet.' }),
});

export type ConnectionInfo = Static<typeof ConnectionInfoSchema>;

/** Which connections a call is about. All of the members that are there must fit. */
const ConnectionFilterSchema = Type.Object({
  channel: Type.Optional(ChannelName),
  user: Type.Optional(User),
  client: Type.Optional(Client),
});

export const ConnectionsQuerySchema = Type.Composite([
  ConnectionFilterSchema,
  Type.Object({
    page: PageQuery,
    limit: LimitQuery,
  }),
]);

/** Connections, the oldest first. A page is also limited in bytes, so it may have fewer than `limit`. */
export const ConnectionsSchema = Type.Composite([
  Type.Object({
    connections: Type.Array(ConnectionInfoSchema),
    page: NextPage,
  }),
  MissingSchema,
]);

export type Connections = Static<typeof ConnectionsSchema>;

export const ConnectionParamsSchema = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

/** How clients react to the end of their connection. */
export const CloseQuerySchema = Type.Object({
  reconnect: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'Whether the client should connect again. An `EventSource` and a poller do so in any case: revoke the token to keep a client out.',
    }),
  ),
});

const counted = (description: string) => Type.Integer({ minimum: 0, description });

export const ClosedSchema = Type.Composite([
  Type.Object({ closed: counted('Connections that were closed.') }),
  MissingSchema,
]);

export type Closed = Static<typeof ClosedSchema>;

export const UserChannelsSchema = Type.Object(
  { channels: Type.Array(ChannelName, { minItems: 1, maxItems: CHANNELS_MAX, uniqueItems: true }) },
  { examples: [{ channels: ['news', 'orders:17'] }] },
);

export const UserSubscribedSchema = Type.Composite([
  Type.Object({
    subscribed: counted('Connections that are now subscribed to all of the channels.'),
    refused: counted('Connections whose token does not allow the channels, or that have too many.'),
  }),
  MissingSchema,
]);

export type UserSubscribed = Static<typeof UserSubscribedSchema>;

export const UserUnsubscribedSchema = Type.Composite([
  Type.Object({ unsubscribed: counted('Connections that are now not subscribed to any of the channels.') }),
  MissingSchema,
]);

export type UserUnsubscribed = Static<typeof UserUnsubscribedSchema>;

/** Counts of one process, or of several together. */
const Counts = Type.Object({
  connections: ByTransportSchema,
  channels: counted('Channels in use now. In the sum a channel counts once for each process that uses it.'),
  published: counted('Messages stored since the start.'),
  delivered: counted('Messages times connections since the start.'),
  refilled: counted('Messages read again from the message log since the start.'),
  refused: counted('Requests and connections beyond a limit since the start.'),
});

export const StatsSchema = Type.Composite([
  Type.Object({
    processes: Type.Array(
      Type.Composite([
        Type.Object({
          process: Type.String(),
          since: Type.Integer({ description: 'When the process started, in milliseconds since 1970.' }),
        }),
        Counts,
      ]),
    ),
    total: Counts,
  }),
  MissingSchema,
]);

export type Stats = Static<typeof StatsSchema>;
