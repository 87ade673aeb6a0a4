import type { ChannelSummary, MessageLog } from '@tetracast/bus';
import { DEFAULT_EVENT, decodeCursor, isChannel, wrongPage } from '@tetracast/message-model';
import { FORGET_CHANNEL } from '../channels/forget-requests';
import { type HistoryPage, type HistoryQuery, readHistory } from './read-history';

const PAGE = /^[0-9]{1,15}$/;

export interface ChannelListQuery {
  /** Only channels whose names begin so; empty for all. */
  readonly prefix: string;
  /** `next` of the page before. Default: the first page. */
  readonly page?: string;
  /** Most channels on the page; at least 1. */
  readonly limit: number;
}

export interface ChannelList {
  readonly channels: readonly ChannelSummary[];
  /** The page after this one; absent on the last. */
  readonly next?: string;
}

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

  /**
   * The channels that clients use, the longest silent first, in pages; a page may have fewer than `limit`. A channel that is in
   * use for as long as a caller turns pages is on one of them at least, on a second one if it gets a message meanwhile.
   *
   * @throws CodedError `invalid_request` for a `page` that is none; BusUnavailableError
   */
  async listChannels({ prefix, page = '0', limit }: ChannelListQuery): Promise<ChannelList> {
    if (!PAGE.test(page)) throw wrongPage();
    const { channels, next } = await this.messageLog.listChannels({ prefix, after: Number(page), limit });
    return {
      channels: channels.filter(({ channel }) => isChannel(channel)),
      ...(next === undefined ? {} : { next: String(next) }),
    };
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
    if (position === undefined) return false;
    const isDeleted = await this.messageLog.deleteMessage(channel, position);
    if (!isDeleted) await this.forget(channel);
    return isDeleted;
  }

  /** The same for all messages of a user; resolves with their number. @throws BusUnavailableError when some may not be deleted */
  async deleteUserMessages(user: string): Promise<number> {
    const deleted = await this.messageLog.deleteUserMessages(user);
    await this.forget(null);
    return deleted;
  }

  /**
   * Makes all processes forget the windows of a channel, or of all: they may hold messages that the log has dropped by size or
   * age, so that it cannot delete them.
   */
  private async forget(channel: string | null): Promise<void> {
    const data = JSON.stringify(channel);
    await this.messageLog.append({ channel: FORGET_CHANNEL, event: DEFAULT_EVENT, data, echo: true });
  }
}
