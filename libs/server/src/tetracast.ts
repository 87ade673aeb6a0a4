import type {
  Channels,
  ChannelsQuery,
  Closed,
  CloseQuery,
  ConnectionInfo,
  Connections,
  ConnectionsQuery,
  History,
  HistoryQuery,
  Message,
  Publication,
  Published,
  Results,
  Revocation,
  Stats,
  UserSubscribed,
  UserUnsubscribed,
} from './api-types';
import { HttpCalls, type TetracastOptions } from './http-calls';
import { TetracastError } from './tetracast-error';

/** The result for one message: where it is stored, or why it is not. */
export type Result = Results['results'][number];

/** All of a publication but its channel and its data. */
export type PublishOptions = Omit<Publication, 'channel' | 'data'>;

/** The messages of a batch, and the channels of one publication, are at most this many in one request. */
const BATCH_MAX = 1000;

/** A back end's connection to the server API. Every method throws {@link TetracastError}. */
export class Tetracast {
  private readonly calls: HttpCalls;

  /** @throws TypeError if `options.url` is not a URL */
  constructor(options: TetracastOptions) {
    this.calls = new HttpCalls(options);
  }

  /** Publishes one message. Resolves once it is stored. */
  async publish(channel: string, data: unknown, options: PublishOptions = {}): Promise<Published> {
    return (await this.calls.send('publish', { body: { ...options, channel, data } })) as Published;
  }

  /** Publishes one message on several channels, at most 1000. Resolves with one result for each, in their order. */
  async publishTo(channels: readonly string[], data: unknown, options: PublishOptions = {}): Promise<Result[]> {
    const body = { ...options, channels: [...channels], data };
    return ((await this.calls.send('publish', { body })) as { results: Result[] }).results;
  }

  /**
   * Publishes any number of messages in their order, 1000 in one request. Resolves with one result for each: a message that is refused
   * does not keep the others from being stored.
   */
  async batch(messages: readonly Publication[]): Promise<Result[]> {
    const results: Result[] = [];
    for (let from = 0; from < messages.length; from += BATCH_MAX) {
      const body = { messages: messages.slice(from, from + BATCH_MAX) };
      results.push(...(await this.calls.send('batch', { body })).results);
    }
    return results;
  }

  /** One page of the stored messages of a channel. */
  readHistory(channel: string, query: HistoryQuery = {}): Promise<History> {
    return this.calls.send('getHistory', { params: { channel }, query });
  }

  /** All stored messages of a channel, page by page: the oldest first, or the newest first with `order: 'desc'`. */
  async *history(channel: string, query: HistoryQuery = {}): AsyncGenerator<Message, void, undefined> {
    const next = query.order === 'desc' ? 'before' : 'after';
    let bounds = query;
    for (;;) {
      const { messages, cursor, more } = await this.readHistory(channel, bounds);
      yield* messages;
      if (!more) return;
      bounds = { ...bounds, [next]: cursor };
    }
  }

  /** The channels that have messages, or had some. */
  async *channels(query: ChannelsQuery = {}): AsyncGenerator<Channels['channels'][number], void, undefined> {
    for await (const { channels } of pages(query, (next) => this.calls.send('listChannels', { query: next })))
      yield* channels;
  }

  /** Deletes one message. `false`: it is not stored. */
  async deleteMessage(channel: string, id: string): Promise<boolean> {
    return (await this.unlessNotFound(this.calls.send('deleteMessage', { params: { channel, id } }))) !== undefined;
  }

  /** Deletes the messages of a channel. Resolves with their number. */
  async deleteHistory(channel: string): Promise<number> {
    return (await this.calls.send('deleteHistory', { params: { channel } })).deleted;
  }

  /** Deletes all messages of a user. Resolves with their number. */
  async deleteUserMessages(user: string): Promise<number> {
    return (await this.calls.send('deleteUserMessages', { params: { user } })).deleted;
  }

  /** One page of connections, and the processes that did not answer. */
  listConnections(query: ConnectionsQuery = {}): Promise<Connections> {
    return this.calls.send('listConnections', { query });
  }

  /** The connections of all processes that answer, the oldest first. */
  async *connections(query: ConnectionsQuery = {}): AsyncGenerator<ConnectionInfo, void, undefined> {
    for await (const { connections } of pages(query, (next) => this.listConnections(next))) yield* connections;
  }

  /** One connection; `undefined`: there is none with this id. */
  connection(id: string): Promise<ConnectionInfo | undefined> {
    return this.unlessNotFound(this.calls.send('getConnection', { params: { id } }));
  }

  /** Closes one connection. `false`: there is none with this id. */
  async closeConnection(id: string, query: CloseQuery = {}): Promise<boolean> {
    return (await this.unlessNotFound(this.calls.send('closeConnection', { params: { id }, query }))) !== undefined;
  }

  /** Closes all connections of a user. */
  disconnectUser(user: string, query: CloseQuery = {}): Promise<Closed> {
    return this.calls.send('disconnectUser', { params: { user }, query });
  }

  /** Subscribes the connections of a user that are open now. */
  subscribeUser(user: string, channels: readonly string[]): Promise<UserSubscribed> {
    return this.calls.send('subscribeUser', { params: { user }, body: { channels: [...channels] } });
  }

  unsubscribeUser(user: string, channels: readonly string[]): Promise<UserUnsubscribed> {
    return this.calls.send('unsubscribeUser', { params: { user }, body: { channels: [...channels] } });
  }

  /** Revokes one token by its `jti`, all tokens of a user that were issued until now, or both. */
  async revoke(what: Revocation): Promise<void> {
    await this.calls.send('revoke', { body: what });
  }

  /** Counts of each process, and their sums. */
  stats(): Promise<Stats> {
    return this.calls.send('getStats', {});
  }

  private async unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof TetracastError && error.code === 'not_found') return undefined;
      throw error;
    }
  }
}

/** All pages of a list, from that of `query` on. */
async function* pages<Q extends object, A extends { readonly page?: string }>(
  query: Q,
  read: (query: Q) => Promise<A>,
): AsyncGenerator<A, void, undefined> {
  let next = query;
  for (;;) {
    const answer = await read(next);
    yield answer;
    if (answer.page === undefined) return;
    next = { ...query, page: answer.page };
  }
}
