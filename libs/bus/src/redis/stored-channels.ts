import type { AppendResult, ChannelPage, ChannelQuery, ChannelSummary } from '../message-log';
import { createDeletionNotice } from '../publication';
import { encodeBody, userMark } from './entry-codec';
import type { RedisPartition } from './partition';

/** Channels looked at in one command: Redis does nothing else during it. */
const CHANNELS_AT_ONCE = 1000;
/** Channels in one run of a script that visits their logs. */
const LOGS_AT_ONCE = 100;

/** With the id of the deleted message in place of `%s`. */
const NOTICE = encodeBody(createDeletionNotice('', '%s'));

/** Lists the channels of a partition, and deletes their messages. Redis does other work between its steps. */
export class StoredChannels {
  constructor(private readonly partition: RedisPartition) {}

  async list({ prefix, after, limit }: ChannelQuery): Promise<ChannelPage> {
    const names: string[] = [];
    for (let next = after; ;) {
      const found = await this.remembered(next);
      for (const [channel, last] of found) {
        if (channel.startsWith(prefix)) {
          if (names.length === limit) return { channels: await this.summarize(names), next };
          names.push(channel);
        }
        next = last;
      }
      if (found.length < CHANNELS_AT_ONCE) return { channels: await this.summarize(names) };
    }
  }

  deleteChannel(channel: string): Promise<number> {
    return this.partition.write((redis) => redis.tetracastDeleteChannel(...this.deleteArguments(channel)));
  }

  async deleteMessage(channel: string, { epoch, seq }: Pick<AppendResult, 'epoch' | 'seq'>): Promise<boolean> {
    const deleted = await this.partition.write((redis) =>
      redis.tetracastDeleteMessage(...this.deleteArguments(channel), epoch, seq),
    );
    return deleted === 1;
  }

  /** It finds the channels by their keys, since the messages of a forgotten channel may still be stored. */
  async deleteUserMessages(user: string, through: number): Promise<number> {
    const { keys } = this.partition;
    // Of a channel that has ended the log may be gone, and its last message still be stored.
    const inLogs = await this.deleteUserInKeys(keys.log(''), user, through);
    return inLogs + (await this.deleteUserInKeys(keys.end(''), user, through));
  }

  /** In the channels whose names follow `prefix` in a key. */
  private async deleteUserInKeys(prefix: string, user: string, through: number): Promise<number> {
    let deleted = 0;
    let cursor = '0';
    do {
      const [next, found] = await this.partition.read((redis) =>
        redis.scan(cursor, 'MATCH', startingWith(prefix), 'COUNT', CHANNELS_AT_ONCE),
      );
      cursor = next;
      for (let from = 0; from < found.length; from += LOGS_AT_ONCE) {
        const channels = found.slice(from, from + LOGS_AT_ONCE).map((key) => key.slice(prefix.length));
        const counts = await Promise.all(channels.map((channel) => this.deleteUserIn(channel, user, through)));
        deleted += counts.reduce((sum, count) => sum + count, 0);
      }
    } while (cursor !== '0');
    return deleted;
  }

  private async deleteUserIn(channel: string, user: string, through: number): Promise<number> {
    let deleted = 0;
    for (let after = 0; after >= 0;) {
      const [count, position] = await this.partition.write((redis) =>
        redis.tetracastDeleteUser(...this.deleteArguments(channel), userMark(user), after, through),
      );
      deleted += count;
      after = position;
    }
    return deleted;
  }

  /** Channels and their last numbers, in ascending order of these, after one of them. */
  private async remembered(after: number): Promise<[channel: string, last: number][]> {
    const flat = await this.partition.read((redis) =>
      redis.zrangebyscore(this.partition.keys.last, `(${after}`, '+inf', 'WITHSCORES', 'LIMIT', 0, CHANNELS_AT_ONCE),
    );
    return Array.from({ length: flat.length / 2 }, (_, i) => [nameIn(flat[2 * i] as string), Number(flat[2 * i + 1])]);
  }

  private async summarize(channels: readonly string[]): Promise<ChannelSummary[]> {
    const { keys, retentionOf } = this.partition;
    const summaries: ChannelSummary[] = [];
    for (let from = 0; from < channels.length; from += LOGS_AT_ONCE) {
      const some = channels.slice(from, from + LOGS_AT_ONCE);
      const flat = await this.partition.read((redis) =>
        redis.tetracastSummaries(
          2 + some.length,
          ...[keys.partition, keys.last, ...some.map((channel) => keys.log(channel))],
          ...this.partition.epochArguments(),
          ...some.map((channel) => retentionOf(channel).ttlMs),
        ),
      );
      some.forEach((channel, i) => {
        const [messages = 0, lastTime = 0] = flat.slice(2 * i);
        summaries.push({ channel, messages, ...(lastTime > 0 ? { lastTime } : {}) });
      });
    }
    return summaries;
  }

  /** See delete.lua. */
  private deleteArguments(channel: string): (string | number)[] {
    const { keys, retentionOf, channelsRemembered } = this.partition;
    const { size, ttlMs } = retentionOf(channel);
    return [
      ...[keys.partition, keys.last, keys.log(channel), keys.deleted(channel), keys.end(channel)],
      ...this.partition.epochArguments(),
      ...[channelsRemembered, channel, keys.announcementChannel(channel), size, ttlMs, NOTICE],
    ];
  }
}

/** The channel that is remembered: a line feed marks one that may have ended, see partition.lua. */
function nameIn(remembered: string): string {
  return remembered.replace(/\n$/, '');
}

/** A glob-style pattern of Redis. */
function startingWith(prefix: string): string {
  return `${prefix.replace(/[[\]*?\\^]/g, '\\$&')}*`;
}
