import { CodedError } from '@tetracast/message-model';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import type { Bus, BusChecks } from '../bus';
import { createEpochSource } from '../epoch';
import {
  type AppendResult,
  type BusListener,
  type ChannelPage,
  type ChannelQuery,
  type Page,
  type Positions,
  type Range,
} from '../message-log';
import type { Lease, MemberPage, MemberQuery, PresenceChange, PresenceOutcome } from '../presence/presence-store';
import type { QueuedWebhooks, WebhookRequest } from '../webhooks/webhook-queue';
import type { Answerer, ProcessAnswers } from '../questions/process-questions';
import type { Publication } from '../publication';
import type { RelayAdmission, RelayRequest } from '../relays/relay-store';
import type { RetentionSettings } from '../retention';
import { createRetentionPolicy, DEFAULT_CHANNELS_REMEMBERED } from '../retention-policy';
import { parseAddress } from './address/redis-address';
import { decodeAnnouncement } from './entry-codec';
import { DEFAULT_KEY_PREFIX, RedisKeys } from './keys';
import { RedisConnection } from './connection/redis-connection';
import { InspectedPrimary } from './connection/inspected-primary';
import { requireSameServer } from './connection/same-server';
import { RedisWebhooks } from './redis-webhooks';
import { RedisRelays } from './redis-relays';
import { RedisPresence } from './redis-presence';
import { RedisPartition } from './partition';
import { StoredChannels } from './stored-channels';
import { StoredMessages } from './stored-messages';
import { Problems, type ProblemsOptions } from './problems';
import { RedisQuestions } from './redis-questions';
import { SelfCheck } from './self-check';
import { SentinelWatch } from './address/sentinel-watch';
import { RedisSubscriptions } from './connection/redis-subscriptions';

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
  private readonly storedMessages: StoredMessages;
  private readonly presence: RedisPresence;
  private readonly webhooks: RedisWebhooks;
  private readonly relays: RedisRelays;
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
    this.storedChannels = new StoredChannels(this.partition);
    this.presence = new RedisPresence(this.partition, settings.webhooks);
    this.webhooks = new RedisWebhooks(this.partition);
    this.relays = new RedisRelays(this.partition);
    this.storedMessages = new StoredMessages(this.partition, settings);
  }

  async append(publication: Publication): Promise<AppendResult> {
    const [result] = await this.storedMessages.appendAll([publication]);
    if (result instanceof CodedError) throw result;
    return result as AppendResult;
  }

  appendAll(publications: readonly Publication[]): Promise<readonly (AppendResult | CodedError)[]> {
    return this.storedMessages.appendAll(publications);
  }

  read(channel: string, range: Range): Promise<Page> {
    return this.storedMessages.read(channel, range);
  }

  positions(channels: readonly string[], withEnds = false): Promise<Positions> {
    return this.storedMessages.positions(channels, withEnds);
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
    this.questions.answerQuestions(process, answerer);
  }

  askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    return this.questions.askProcesses(question, timeoutMs);
  }

  renewLease(process: string, leaseMs: number, isNew: boolean): Promise<Lease> {
    return this.presence.renewLease(process, leaseMs, isNew);
  }

  changePresence(process: string, changes: readonly PresenceChange[], maxMembers: number): Promise<PresenceOutcome> {
    return this.presence.changePresence(process, changes, maxMembers);
  }

  releaseExpired(process: string): Promise<boolean> {
    return this.presence.releaseExpired(process);
  }

  readMembers(channel: string, query: MemberQuery): Promise<MemberPage> {
    return this.presence.readMembers(channel, query);
  }

  takeWebhooks(sender: string, request: WebhookRequest): Promise<QueuedWebhooks | undefined> {
    return this.webhooks.takeWebhooks(sender, request);
  }

  removeWebhooks(ids: readonly string[], dropped: number): Promise<void> {
    return this.webhooks.removeWebhooks(ids, dropped);
  }

  admitRelay(request: RelayRequest): Promise<RelayAdmission> {
    return this.relays.admitRelay(request);
  }

  renewRelays(channels: readonly string[], leaseMs: number): Promise<readonly string[]> {
    return this.relays.renewRelays(channels, leaseMs);
  }

  releaseRelay(channel: string): Promise<void> {
    return this.relays.releaseRelay(channel);
  }

  takeExpiredRelays(leaseMs: number): Promise<readonly string[]> {
    return this.relays.takeExpiredRelays(leaseMs);
  }

  check(): Promise<BusChecks> {
    return this.selfCheck.check();
  }

  async close(): Promise<void> {
    this.selfCheck.close();
    this.questions.close();
    this.subscriptions.close();
    await Promise.all([this.commandConnection.close(), this.announcementConnection.close(), this.watch?.close()]);
  }

  private onAnnouncement(channel: string, text: string): void {
    const announcement = decodeAnnouncement(channel, text);
    if (announcement === undefined) return;
    this.partition.remember(announcement.epoch, announcement.entry.seq);
    this.listener?.onAnnouncement(announcement.epoch, announcement.entry);
  }
}
