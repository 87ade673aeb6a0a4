import { nodeRuntime } from '@tetracast/node-io/runtime';
import type { Bus, BusChecks } from '../bus';
import { ENTRY_BYTES } from '../entry';
import { createEpochSource } from '../epoch';
import {
  type AppendResult,
  type BusListener,
  BusUnavailableError,
  type ChannelPage,
  type ChannelQuery,
  type Page,
  type Positions,
  type Range,
} from '../message-log';
import { createPage } from '../page';
import type { Answerer, ProcessAnswers } from '../questions/process-questions';
import type { Publication } from '../publication';
import type { RetentionSettings } from '../retention';
import { createRetentionPolicy, DEFAULT_CHANNELS_REMEMBERED, DEFAULT_IDEMPOTENCY_TTL_MS } from '../retention-policy';
import { parseAddress } from './address/redis-address';
import { decodeAnnouncement, decodeStreamEntry } from './entry-codec';
import { DEFAULT_KEY_PREFIX, RedisKeys } from './keys';
import { RedisConnection } from './connection/redis-connection';
import { InspectedPrimary } from './connection/inspected-primary';
import { MessageAppender } from './message-appender';
import { requireSameServer } from './connection/same-server';
import { RedisPartition } from './partition';
import { StoredChannels } from './stored-channels';
import { Problems, type ProblemsOptions } from './problems';
import { RedisQuestions } from './redis-questions';
import { SelfCheck } from './self-check';
import { SentinelWatch } from './address/sentinel-watch';
import { RedisSubscriptions } from './connection/redis-subscriptions';

/** Most channels in one run of the script: Redis does nothing else during it. */
const POSITIONS_AT_ONCE = 500;

/** A promotion that takes longer counts as failed. It usually takes about a second. */
const PROMOTION_MS = 5000;

export interface RedisBusSettings extends RetentionSettings {
  /** Prefix of every key and channel in Redis: one prefix is one message log. Default `{tetracast}`. */
  readonly keyPrefix?: string;
}

export interface RedisBusOptions extends ProblemsOptions {
  /** Timeout of one command, and of the first connection. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** Period of the self-check. Default 1000. */
  readonly heartbeatMs?: number;
}

/**
 * The bus of all processes with the same Redis (6.2 or later) and prefix. It needs two connections, since announcements must
 * arrive while a command waits for its reply.
 */
export class RedisBus implements Bus {
  private readonly commandConnection: RedisConnection;
  private readonly primary: InspectedPrimary;
  private readonly announcementConnection: RedisConnection;
  private readonly watch: SentinelWatch | undefined;
  private readonly subscriptions: RedisSubscriptions;
  private readonly selfCheck: SelfCheck;
  private readonly questions: RedisQuestions;
  private readonly keys: RedisKeys;
  private readonly partition: RedisPartition;
  private readonly storedChannels: StoredChannels;
  private readonly appender: MessageAppender;
  private listener: BusListener | undefined;

  /** @param url of one server, or `redis+sentinel://…` */
  constructor(url: string, settings: RedisBusSettings, options: RedisBusOptions = {}) {
    const address = parseAddress(url);
    const { runtime = nodeRuntime } = options;
    const problems = new Problems('Redis', options);
    const createEpoch = createEpochSource(runtime);
    const connectionOptions = { ...options, problems };
    this.keys = new RedisKeys(settings.keyPrefix ?? DEFAULT_KEY_PREFIX, address.db, createEpoch());
    this.commandConnection = new RedisConnection(address, 'tetracast-commands', connectionOptions);
    this.announcementConnection = new RedisConnection(address, 'tetracast-announcements', {
      ...connectionOptions,
      setUp: async (redis) => {
        await redis.subscribe(this.keys.proofChannel, this.keys.processChannel);
        await redis.unsubscribe(`${this.keys.proofChannel}:none`);
      },
    });
    if ('sentinels' in address) {
      const events = {
        onPromoting: () => this.commandConnection.refuseFor(PROMOTION_MS),
        onSwitched: (host: string, port: number) =>
          [this.commandConnection, this.announcementConnection].forEach((connection) =>
            connection.switchTo(host, port),
          ),
      };
      this.watch = new SentinelWatch(address, events, options);
    }
    this.primary = new InspectedPrimary(
      this.commandConnection,
      (redis, { runId, replicationId, wasReplica, keepsFile }) =>
        redis.tetracastClaim(
          ...[this.keys.partition, this.keys.last, ...this.partition.epochArguments()],
          ...[runId, replicationId, Number(wasReplica), Number(keepsFile)],
        ),
    );
    this.subscriptions = new RedisSubscriptions(this.announcementConnection, runtime, {
      onMessage: (name, text) => this.onAnnouncement(this.keys.channelOfAnnouncement(name), text),
      onOther: (name, text) => {
        if (name === this.keys.proofChannel) this.selfCheck.onProof(text);
        else if (name === this.keys.processChannel) this.questions.onMessage(text);
      },
      onInterrupted: () => this.listener?.onInterrupted(),
      onRestored: () => this.listener?.onResubscribed(),
    });
    const { commandConnection: commands, announcementConnection: announcements, primary } = this;
    for (const connection of [commands, announcements])
      connection.onReady(() => requireSameServer(commands, announcements));
    this.questions = new RedisQuestions(commands, announcements, this.keys, runtime);
    this.selfCheck = new SelfCheck(
      { commands, announcements, primary },
      this.keys,
      problems,
      runtime,
      options.heartbeatMs,
    );
    this.partition = new RedisPartition({
      primary,
      selfCheck: this.selfCheck,
      keys: this.keys,
      createEpoch,
      retentionOf: createRetentionPolicy(settings),
      channelsRemembered: settings.channelsRemembered ?? DEFAULT_CHANNELS_REMEMBERED,
    });
    this.appender = new MessageAppender(this.partition, settings.idempotencyTtlMs ?? DEFAULT_IDEMPOTENCY_TTL_MS);
    this.storedChannels = new StoredChannels(this.partition);
  }

  append(publication: Publication): Promise<AppendResult> {
    return this.appender.append(publication);
  }

  appendAll(publications: readonly Publication[]): Promise<readonly AppendResult[]> {
    return this.appender.appendAll(publications);
  }

  async read(channel: string, range: Range): Promise<Page> {
    const { keys } = this;
    const [epoch, head, last, found, oldest] = await this.partition.read((redis) =>
      redis.tetracastRead(
        ...[keys.partition, keys.last, keys.log(channel), keys.deleted(channel)],
        ...this.partition.epochArguments(),
        ...[channel, this.partition.retentionOf(channel).ttlMs, range.kind],
        ...(range.kind === 'rewind' ? [range.count] : [range.limit, range.seq, range.bytes, ENTRY_BYTES]),
      ),
    );
    this.partition.remember(epoch, head);
    const entries = found.map((entry) => decodeStreamEntry(channel, entry));
    return createPage(range, { epoch, head, last, oldest }, entries);
  }

  async positions(channels: readonly string[]): Promise<Positions> {
    const first = await this.positionsOf(channels.slice(0, POSITIONS_AT_ONCE));
    const last = [...first.last];
    for (let from = POSITIONS_AT_ONCE; from < channels.length; from += POSITIONS_AT_ONCE) {
      const next = await this.positionsOf(channels.slice(from, from + POSITIONS_AT_ONCE));
      if (next.epoch !== first.epoch) throw new BusUnavailableError('The message log was replaced during the read');
      last.push(...next.last);
    }
    // The head of the first run serves for all: later messages may only show in `last`.
    return { epoch: first.epoch, head: first.head, last };
  }

  listChannels(query: ChannelQuery): Promise<ChannelPage> {
    return this.storedChannels.list(query);
  }

  deleteChannel(channel: string): Promise<number> {
    return this.storedChannels.deleteChannel(channel);
  }

  deleteMessage(channel: string, position: Pick<AppendResult, 'epoch' | 'seq'>): Promise<boolean> {
    return this.storedChannels.deleteMessage(channel, position);
  }

  async deleteUserMessages(user: string): Promise<number> {
    const { head } = await this.positions([]);
    return this.storedChannels.deleteUserMessages(user, head);
  }

  listen(listener: BusListener): void {
    this.listener = listener;
  }

  subscribe(channel: string): Promise<void> {
    return this.subscriptions.subscribe(this.keys.announcementChannel(channel));
  }

  unsubscribe(channel: string): Promise<void> {
    return this.subscriptions.unsubscribe(this.keys.announcementChannel(channel));
  }

  async putValue(key: string, value: string, ttlMs: number): Promise<void> {
    await this.primary.run((redis) => redis.set(this.keys.value(key), value, 'PX', Math.max(1, Math.ceil(ttlMs))));
  }

  async getValue(key: string): Promise<string | undefined> {
    return (await this.primary.run((redis) => redis.get(this.keys.value(key)))) ?? undefined;
  }

  async addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]> {
    const keys = [...counts.keys()].map((name) => this.keys.rateCount(name));
    return this.primary.run((redis) => redis.tetracastAddCounts(keys.length, ...keys, windowMs, ...counts.values()));
  }

  answerQuestions(process: string, answerer: Answerer): void {
    this.questions.answer(process, answerer);
  }

  askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    return this.questions.ask(question, timeoutMs);
  }

  check(): Promise<BusChecks> {
    return this.selfCheck.check();
  }

  async close(): Promise<void> {
    this.selfCheck.close();
    this.questions.close();
    this.subscriptions.close();
    this.watch?.close();
    await Promise.all([this.commandConnection.close(), this.announcementConnection.close()]);
  }

  private async positionsOf(channels: readonly string[]): Promise<Positions> {
    const { keys } = this;
    const logs = channels.map((channel) => keys.log(channel));
    const [epoch, head, last] = await this.partition.read((redis) =>
      redis.tetracastPositions(
        2 + logs.length,
        ...[keys.partition, keys.last, ...logs],
        ...this.partition.epochArguments(),
        ...channels,
      ),
    );
    this.partition.remember(epoch, head);
    return { epoch, head, last };
  }

  private onAnnouncement(channel: string, text: string): void {
    const announcement = decodeAnnouncement(channel, text);
    if (announcement === undefined) return;
    this.partition.remember(announcement.epoch, announcement.entry.seq);
    this.listener?.onAnnouncement(announcement.epoch, announcement.entry);
  }
}
