import type { ChannelPage, ChannelQuery, MessageLog } from '@tetracast/bus';
import { decodeCursor, isChannel } from '@tetracast/message-model';
import { type HistoryPage, type HistoryQuery, readHistory } from './read-history';

/** The stored messages of a message log: reads them in pages, lists their channels, deletes them. */
export class History {
  /** @param maxBytes bytes that end a page, as the message log counts them */
  constructor(
    private readonly messageLog: MessageLog,
    private readonly maxBytes: number,
  ) {}

  /** One page of a channel. @throws BusUnavailableError while the message log cannot be reached */
  read(channel: string, query: HistoryQuery): Promise<HistoryPage> {
    return readHistory(this.messageLog, channel, query, this.maxBytes);
  }

  /** The channels that clients use, see {@link ChannelPage}; a page may have fewer than `limit`. @throws BusUnavailableError */
  async listChannels(query: ChannelQuery): Promise<ChannelPage> {
    const page = await this.messageLog.listChannels(query);
    return { ...page, channels: page.channels.filter(({ channel }) => isChannel(channel)) };
  }

  /** Deletes all messages of a channel; resolves with their number. Subscribers get a reset. @throws BusUnavailableError */
  deleteChannel(channel: string): Promise<number> {
    return this.messageLog.deleteChannel(channel);
  }

  /**
   * Deletes the message with this id; subscribers get a message with event `tetracast:deleted`. `false` if it is not stored.
   *
   * @throws BusUnavailableError
   */
  async deleteMessage(channel: string, id: string): Promise<boolean> {
    const position = decodeCursor(id);
    return position !== undefined && this.messageLog.deleteMessage(channel, position);
  }

  /** The same for all messages of a user; resolves with their number. @throws BusUnavailableError when some may not be deleted */
  deleteUserMessages(user: string): Promise<number> {
    return this.messageLog.deleteUserMessages(user);
  }
}
