// Written by `node tools/server-types.mjs --write` from the schemas in libs/message-model/src/api.

/** What each call of the server API takes and answers. */
export interface ApiTypes {
  /** Publish one message on one channel or on several. */
  readonly publish: { readonly body: ApiPublish; readonly answer: Published | Results };
  /** Publish up to 1000 messages in their order. */
  readonly batch: { readonly body: Batch; readonly answer: Results };
  /** Ask the publishers of a channel to stop. */
  readonly cancel: { readonly params: ChannelParams; readonly answer: Published };
  /** List the channels that have messages, or had some. */
  readonly listChannels: { readonly query?: ChannelsQuery; readonly answer: Channels };
  /** Read the stored messages of a channel, in pages. */
  readonly getHistory: { readonly params: ChannelParams; readonly query?: HistoryQuery; readonly answer: History };
  /** List the members of a channel, or count them. */
  readonly getPresence: { readonly params: ChannelParams; readonly query?: MembersQuery; readonly answer: Members };
  /** Delete all messages of a channel. */
  readonly deleteHistory: { readonly params: ChannelParams; readonly answer: Deleted };
  /** Delete one message. */
  readonly deleteMessage: { readonly params: MessageParams; readonly answer: Deleted };
  /** Delete all messages of a user. */
  readonly deleteUserMessages: { readonly params: UserParams; readonly answer: Deleted };
  /** List the connections of all processes, the oldest first. */
  readonly listConnections: { readonly query?: ConnectionsQuery; readonly answer: Connections };
  /** Show one connection. */
  readonly getConnection: { readonly params: ConnectionParams; readonly answer: ConnectionInfo };
  /** Close one connection. */
  readonly closeConnection: { readonly params: ConnectionParams; readonly query?: CloseQuery; readonly answer: Closed };
  /** Close all connections of a user. */
  readonly disconnectUser: { readonly params: UserParams; readonly query?: CloseQuery; readonly answer: Closed };
  /** Subscribe the open connections of a user to channels that its token allows. */
  readonly subscribeUser: { readonly params: UserParams; readonly body: UserChannels; readonly answer: UserSubscribed };
  /** End the subscriptions of the open connections of a user to channels. */
  readonly unsubscribeUser: {
    readonly params: UserParams;
    readonly body: UserChannels;
    readonly answer: UserUnsubscribed;
  };
  /** Count what each process has and has done, and add it up. */
  readonly getStats: {
    readonly answer: Stats;
  };
  /** Revoke tokens. */
  readonly revoke: {
    readonly body: Revocation;
    readonly answer:
      | {
          /** a text of 1 to 256 characters, other than "." and ".." */
          jti?: TokenName;
          /** a text of 1 to 256 characters, other than "." and ".." */
          sub: TokenName;
        }
      | {
          /** a text of 1 to 256 characters, other than "." and ".." */
          jti: TokenName;
          /** a text of 1 to 256 characters, other than "." and ".." */
          sub?: TokenName;
        };
  };
}

export type ApiPublish =
  | Publication
  | {
      /** Each of them once. */
      channels: string[];
      event?: string;
      data?: unknown;
      end?: boolean;
      echo?: boolean;
      client?: string;
      idempotencyKey?: string;
    };

export interface Publication {
  channel: string;
  event?: string;
  data?: unknown;
  end?: boolean;
  echo?: boolean;
  client?: string;
  idempotencyKey?: string;
}

export interface Published {
  /** The cursor of the message. */
  id: string;
  channel: string;
  /** The idempotency key was known: `id` is that of the message stored before. */
  duplicate?: true;
}

export interface Results {
  results: (Published | { error: { code: ErrorCode; message: string } })[];
}

export type ErrorCode =
  | 'invalid_request'
  | 'invalid_channel'
  | 'invalid_event'
  | 'invalid_message'
  | 'invalid_frame'
  | 'too_many_channels'
  | 'unauthorized'
  | 'forbidden'
  | 'forbidden_origin'
  | 'not_found'
  | 'method_not_allowed'
  | 'channel_ended'
  | 'message_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'internal'
  | 'upstream_failed'
  | 'unavailable'
  | 'overloaded';

export interface Batch {
  messages: {
    channel: string;
    event?: string;
    data?: unknown;
    end?: boolean;
    echo?: boolean;
    client?: string;
    idempotencyKey?: string;
  }[];
}

export interface ChannelParams {
  channel: string;
}

export interface ChannelsQuery {
  /** Only channels whose names begin with it. */
  prefix?: string;
  /** The `page` of the answer before. Default: the first page. */
  page?: string;
  /** Maximum number of items. */
  limit?: number;
}

export interface Channels {
  channels: {
    channel: string;
    /** The number of messages stored. */
    messages: number;
    /** When the newest of them was stored, in milliseconds since 1970. */
    lastMessageAt?: number;
    /** Connections now, by transport. */
    subscribers: ByTransport;
  }[];
  /** Get the next page with it; absent on the last page. */
  page?: string;
  /** The names of the processes that did not answer within a second: the answer is without them. */
  missing: string[];
}

/** Connections now, by transport. */
export type ByTransport = Record<string, number>;

export interface HistoryQuery {
  /** A cursor: only messages after it. */
  after?: string;
  /** A cursor: only messages before it. */
  before?: string;
  /** Maximum number of items. */
  limit?: number;
  /** `asc`: the oldest first; `desc`: the newest first. */
  order?: 'asc' | 'desc';
}

export interface History {
  messages: Message[];
  /** Where the next page begins: its `after` for `asc`, its `before` for `desc`. */
  cursor: string;
  /** Whether the next page has messages. */
  more: boolean;
  reset?: Reset;
}

export interface Message {
  id: string;
  channel: string;
  event: string;
  data: unknown;
  time: number;
  client?: string;
  user?: string;
  cursor?: string;
}

export interface Reset {
  channels: string[];
  reason: 'trimmed' | 'epoch' | 'ahead' | 'invalid';
  cursor: string;
}

export interface MembersQuery {
  /** The `page` of the answer before. Default: the first page. */
  page?: string;
  /** About how many members; 0: their number alone. */
  limit?: number;
}

export interface Members {
  members: Member[];
  /** The number of all members, at the time of this page. */
  count: number;
  /** Subscribe from here to get every later join and leave. */
  cursor: string;
  /** Get the next page with it; absent on the last page. */
  page?: string;
}

export interface Member {
  /** Names the member: joins and leaves of one member have the same. */
  id: string;
  /** The client key. Without a `user` it proves nothing. */
  client?: string;
  /** The subject of the token. */
  user?: string;
  /** When it joined, in milliseconds since 1970. */
  since: number;
  /** The claim `tetracast.info` of the newest token of the member. */
  info?: unknown;
}

export interface Deleted {
  deleted: number;
}

export interface MessageParams {
  channel: string;
  /** The `id` of a message. */
  id: string;
}

export interface UserParams {
  /** a text of 1 to 256 characters, other than "." and ".." */
  user: TokenName;
}

/** a text of 1 to 256 characters, other than "." and ".." */
export type TokenName = string;

export interface ConnectionsQuery {
  channel?: string;
  /** The subject of the token. */
  user?: string;
  /** The client key. */
  client?: string;
  /** The `page` of the answer before. Default: the first page. */
  page?: string;
  /** Maximum number of items. */
  limit?: number;
}

export interface Connections {
  connections: ConnectionInfo[];
  /** Get the next page with it; absent on the last page. */
  page?: string;
  /** The names of the processes that did not answer within a second: the answer is without them. */
  missing: string[];
}

export interface ConnectionInfo {
  id: string;
  /** The name of the process that has the connection. */
  process: string;
  transport: string;
  /** An IPv4 address, or the /64 network of an IPv6 address; empty if it is unknown. */
  address: string;
  /** When it was opened, in milliseconds since 1970. */
  since: number;
  /** The subject of the token. */
  user?: string;
  /** The client key, if the client or the server has named one. */
  client?: string;
  channels: string[];
  /** Bytes written that the client has not taken yet. */
  pendingBytes: number;
  /** Whether stored messages of its channels are not written yet. */
  behind: boolean;
}

export interface ConnectionParams {
  id: string;
}

export interface CloseQuery {
  /** Whether the client should connect again. An `EventSource` and a poller do so in any case: revoke the token to keep a client out. */
  reconnect?: boolean;
}

export interface Closed {
  /** Connections that were closed. */
  closed: number;
  /** The names of the processes that did not answer within a second: the answer is without them. */
  missing: string[];
}

export interface UserChannels {
  channels: string[];
}

export interface UserSubscribed {
  /** Connections that are now subscribed to all of the channels. */
  subscribed: number;
  /** Connections whose token does not allow the channels, or that have too many. */
  refused: number;
  /** The names of the processes that did not answer within a second: the answer is without them. */
  missing: string[];
}

export interface UserUnsubscribed {
  /** Connections that are now not subscribed to any of the channels. */
  unsubscribed: number;
  /** The names of the processes that did not answer within a second: the answer is without them. */
  missing: string[];
}

export interface Stats {
  processes: {
    process: string;
    /** When the process started, in milliseconds since 1970. */
    since: number;
    /** Connections now, by transport. */
    connections: ByTransport;
    /** Channels in use now. In the sum a channel counts once for each process that uses it. */
    channels: number;
    /** Messages stored since the start. */
    published: number;
    /** Messages times connections since the start. */
    delivered: number;
    /** Messages read again from the message log since the start. */
    refilled: number;
    /** Requests and connections beyond a limit since the start. */
    refused: number;
  }[];
  total: {
    /** Connections now, by transport. */
    connections: ByTransport;
    /** Channels in use now. In the sum a channel counts once for each process that uses it. */
    channels: number;
    /** Messages stored since the start. */
    published: number;
    /** Messages times connections since the start. */
    delivered: number;
    /** Messages read again from the message log since the start. */
    refilled: number;
    /** Requests and connections beyond a limit since the start. */
    refused: number;
  };
  /** The names of the processes that did not answer within a second: the answer is without them. */
  missing: string[];
}

export type Revocation =
  | {
      /** a text of 1 to 256 characters, other than "." and ".." */
      jti?: TokenName;
      /** a text of 1 to 256 characters, other than "." and ".." */
      sub: TokenName;
    }
  | {
      /** a text of 1 to 256 characters, other than "." and ".." */
      jti: TokenName;
      /** a text of 1 to 256 characters, other than "." and ".." */
      sub?: TokenName;
    };
