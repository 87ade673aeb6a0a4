import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { CodedError, END_EVENT } from '@tetracast/message-model';
import { type Bus, type BusChecks, CHECK_OK } from '../bus';
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
import type { Publication } from '../publication';
import type { Lease, MemberPage, MemberQuery, PresenceChange, PresenceOutcome } from '../presence/presence-store';
import type { QueuedWebhooks, WebhookRequest } from '../webhooks/webhook-queue';
import type { Answerer, ProcessAnswers } from '../questions/process-questions';
import type { RelayAdmission, RelayRequest } from '../relays/relay-store';
import type { RetentionSettings } from '../retention';
import { DEFAULT_MEMORY_MAX_BYTES } from '../retention-policy';
import { MemoryKeyValues } from './memory-key-values';
import { MemoryLog } from './memory-log';
import { MemoryPresence } from './memory-presence';
import { MemoryQuestions } from './memory-questions';
import { MemoryRelays } from './memory-relays';
import { MemoryWebhooks } from './memory-webhooks';
import { MemoryRateCounts } from './memory-rate-counts';

const SWEEP_EVERY_MS = 1000;
const SWEPT_AT_ONCE = 2000;

/** Messages of a user that are deleted in one turn of the event loop. */
const DELETED_PER_TURN = 50;

const CLOSED = 'The bus is closed';

export interface MemoryBusOptions {
  /** Default: the real clocks and timers. */
  readonly runtime?: Runtime;
}

/** A bus in the memory of one process. It announces a message before `append` resolves. */
export class MemoryBus implements Bus {
  private readonly log: MemoryLog;
  private readonly presence: MemoryPresence;
  private readonly webhooks: MemoryWebhooks;
  private readonly values: MemoryKeyValues;
  private readonly rateCounts = new MemoryRateCounts();
  private readonly relays = new MemoryRelays();
  private readonly questions: MemoryQuestions;
  private readonly subscriptions = new Set<string>();
  private readonly runtime: Runtime;
  private readonly sweeper: NodeJS.Timeout;
  private listener: BusListener | undefined;
  private closed = false;

  constructor(settings: RetentionSettings, { runtime = nodeRuntime }: MemoryBusOptions = {}) {
    const { memoryMaxBytes = DEFAULT_MEMORY_MAX_BYTES } = settings;
    this.runtime = runtime;
    this.values = new MemoryKeyValues(memoryMaxBytes / 8);
    this.questions = new MemoryQuestions(runtime);
    this.webhooks = new MemoryWebhooks(settings.webhooks, runtime);
    this.log = new MemoryLog(settings, memoryMaxBytes, runtime, (entry) => {
      if (entry.event === END_EVENT) this.webhooks.add('channel.ended', entry.channel, entry.data);
      if (this.subscriptions.has(entry.channel)) this.listener?.onAnnouncement(this.log.epoch, entry);
    });
    this.presence = new MemoryPresence(this.log, runtime, this.webhooks);
    this.sweeper = runtime.setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();
  }

  append(publication: Publication): Promise<AppendResult> {
    if (this.closed) return unavailable();
    const result = this.log.append(publication);
    this.keepMemoryLimit();
    return result instanceof CodedError ? Promise.reject(result) : Promise.resolve(result);
  }

  appendAll(publications: readonly Publication[]): Promise<readonly (AppendResult | CodedError)[]> {
    return this.answer(() => publications.map((publication) => this.log.append(publication)));
  }

  read(channel: string, range: Range): Promise<Page> {
    return this.answer(() => this.log.read(channel, range));
  }

  positions(channels: readonly string[], withEnds = false): Promise<Positions> {
    return this.answer(() => this.log.positions(channels, withEnds));
  }

  listChannels(query: ChannelQuery): Promise<ChannelPage> {
    return this.answer(() => this.log.listChannels(query));
  }

  deleteChannel(channel: string): Promise<number> {
    return this.answer(() => this.log.deleteChannel(channel));
  }

  deleteMessage(channel: string, position: Pick<AppendResult, 'epoch' | 'seq'>): Promise<boolean> {
    return this.answer(() => this.log.deleteMessage(channel, position));
  }

  async deleteUserMessages(user: string): Promise<number> {
    if (this.closed) return unavailable();
    const { epoch, head: through } = this.log.positions([], false);
    let deleted = 0;
    for (const channel of this.log.channelsWithMessages()) {
      for (const seq of this.log.seqsOfUser(channel, user, through)) {
        const isDeleted = await this.deleteMessage(channel, { epoch, seq });
        if (isDeleted && ++deleted % DELETED_PER_TURN === 0) await this.nextTurn();
      }
      await this.nextTurn();
    }
    return deleted;
  }

  listen(listener: BusListener): void {
    this.listener = listener;
  }

  subscribe(channel: string): Promise<void> {
    return this.answer(() => {
      this.subscriptions.add(channel);
    });
  }

  unsubscribe(channel: string): Promise<void> {
    this.subscriptions.delete(channel);
    return Promise.resolve();
  }

  putValue(key: string, value: string, ttlMs: number): Promise<void> {
    return this.answer(() => this.values.set(key, value, this.runtime.now() + ttlMs));
  }

  getValue(key: string): Promise<string | undefined> {
    return this.answer(() => this.values.get(key, this.runtime.now()));
  }

  addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]> {
    const now = this.runtime.now();
    return this.answer(() => [...counts].map(([name, added]) => this.rateCounts.add(name, added, windowMs, now)));
  }

  answerQuestions(process: string, answerer: Answerer): void {
    this.questions.answerQuestions(process, answerer);
  }

  askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    return this.closed ? unavailable() : this.questions.askProcesses(question, timeoutMs);
  }

  renewLease(process: string, leaseMs: number, isNew: boolean): Promise<Lease> {
    return this.answer(() => this.presence.renewLease(process, leaseMs, isNew));
  }

  changePresence(process: string, changes: readonly PresenceChange[], maxMembers: number): Promise<PresenceOutcome> {
    return this.answer(() => this.presence.change(process, changes, maxMembers));
  }

  releaseExpired(process: string): Promise<boolean> {
    return this.answer(() => this.presence.releaseExpired(process));
  }

  readMembers(channel: string, query: MemberQuery): Promise<MemberPage> {
    return this.answer(() => this.presence.read(channel, query));
  }

  takeWebhooks(sender: string, request: WebhookRequest): Promise<QueuedWebhooks | undefined> {
    return this.answer(() => this.webhooks.take(sender, request));
  }

  removeWebhooks(ids: readonly string[], dropped: number): Promise<void> {
    return this.answer(() => this.webhooks.remove(ids, dropped));
  }

  admitRelay(request: RelayRequest): Promise<RelayAdmission> {
    return this.answer(() => this.relays.admit(request, this.runtime.now()));
  }

  renewRelays(channels: readonly string[], leaseMs: number): Promise<readonly string[]> {
    return this.answer(() => this.relays.renew(channels, leaseMs, this.runtime.now()));
  }

  releaseRelay(channel: string): Promise<void> {
    return this.answer(() => this.relays.release(channel));
  }

  takeExpiredRelays(leaseMs: number): Promise<readonly string[]> {
    return this.answer(() => this.relays.takeExpired(leaseMs, this.runtime.now()));
  }

  check(): Promise<BusChecks> {
    const found = this.closed ? CLOSED : CHECK_OK;
    return Promise.resolve({ read: found, write: found, announce: found, hear: found });
  }

  close(): Promise<void> {
    this.closed = true;
    this.runtime.clearInterval(this.sweeper);
    this.subscriptions.clear();
    return Promise.resolve();
  }

  /** Does the work, after which it may hold more. */
  private answer<T>(work: () => T): Promise<T> {
    if (this.closed) return unavailable();
    const answer = work();
    this.keepMemoryLimit();
    return Promise.resolve(answer);
  }

  /** Lets other work go on. @throws BusUnavailableError if the bus was closed meanwhile */
  private async nextTurn(): Promise<void> {
    await new Promise<void>((resolve) => this.runtime.setImmediate(resolve));
    if (this.closed) return unavailable();
  }

  private keepMemoryLimit(): void {
    this.log.keepMemoryLimit(this.values.total);
  }

  private sweep(): void {
    const now = this.runtime.now();
    this.log.sweep(SWEPT_AT_ONCE, now);
    this.values.sweep(SWEPT_AT_ONCE, now);
    this.rateCounts.sweep(SWEPT_AT_ONCE, now);
    this.relays.sweep(SWEPT_AT_ONCE, now);
  }
}

function unavailable(): Promise<never> {
  return Promise.reject(new BusUnavailableError(CLOSED));
}
