import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { DELETED_EVENT, encodeCursor } from '@tetracast/message-model';
import { type Bus, type BusChecks, CHECK_OK } from '../bus';
import { createEntry, type Entry } from '../entry';
import { createEpochSource } from '../epoch';
import {
  type AppendResult,
  type BusListener,
  BusUnavailableError,
  type ChannelPage,
  type ChannelQuery,
  type ChannelSummary,
  type Page,
  type Positions,
  type Range,
} from '../message-log';
import { createPage } from '../page';
import { createDeletionNotice, idempotencyName, type Publication } from '../publication';
import type { Answerer, ProcessAnswers } from '../questions/process-questions';
import type { RetentionSettings } from '../retention';
import {
  createRetentionPolicy,
  DEFAULT_CHANNELS_REMEMBERED,
  DEFAULT_IDEMPOTENCY_TTL_MS,
  DEFAULT_MEMORY_MAX_BYTES,
  type RetentionPolicy,
} from '../retention-policy';
import { ChannelLog } from './channel-log';
import { ExpiringMap } from './expiring-map';
import { LastNumbers } from './last-numbers';
import { GradualSweep } from './gradual-sweep';
import { MemoryKeyValues } from './memory-key-values';
import { MemoryQuestions } from './memory-questions';
import { StoredBytes } from './stored-bytes';
import { MemoryRateCounts } from './memory-rate-counts';

const SWEEP_EVERY_MS = 1000;
const SWEPT_AT_ONCE = 2000;
/** Memory of a channel besides its messages. */
const LOG_BYTES = 250;

const CLOSED = 'The bus is closed';

export interface MemoryBusOptions {
  /** Default: the real clocks and timers. */
  readonly runtime?: Runtime;
}

/** A bus in the memory of one process. It announces a message before `append` resolves. */
export class MemoryBus implements Bus {
  private readonly epoch: string;
  private head = 0;
  /** Only channels with messages, so that the limit of the messages limits these too. */
  private readonly logs = new Map<string, ChannelLog>();
  private readonly lastNumbers: LastNumbers;
  private readonly stored = new StoredBytes();
  private readonly once: ExpiringMap<number>;
  private readonly values: MemoryKeyValues;
  private readonly rateCounts = new MemoryRateCounts();
  private readonly questions: MemoryQuestions;
  private readonly subscriptions = new Set<string>();
  private readonly retentionOf: RetentionPolicy;
  private readonly idempotencyTtlMs: number;
  private readonly memoryMaxBytes: number;
  private readonly runtime: Runtime;
  private readonly logSweep = new GradualSweep(this.logs, (log) => log.dropExpired(this.runtime.now()));
  private readonly sweeper: NodeJS.Timeout;
  private listener: BusListener | undefined;
  private closed = false;

  constructor(settings: RetentionSettings, { runtime = nodeRuntime }: MemoryBusOptions = {}) {
    this.retentionOf = createRetentionPolicy(settings);
    this.idempotencyTtlMs = settings.idempotencyTtlMs ?? DEFAULT_IDEMPOTENCY_TTL_MS;
    this.lastNumbers = new LastNumbers(settings.channelsRemembered ?? DEFAULT_CHANNELS_REMEMBERED);
    this.memoryMaxBytes = settings.memoryMaxBytes ?? DEFAULT_MEMORY_MAX_BYTES;
    this.once = new ExpiringMap(this.memoryMaxBytes / 8);
    this.values = new MemoryKeyValues(this.memoryMaxBytes / 8);
    this.runtime = runtime;
    this.questions = new MemoryQuestions(runtime);
    this.epoch = createEpochSource(runtime)();
    this.sweeper = runtime.setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();
  }

  append(publication: Publication): Promise<AppendResult> {
    return this.closed ? unavailable() : Promise.resolve(this.appendOnce(publication));
  }

  appendAll(publications: readonly Publication[]): Promise<readonly AppendResult[]> {
    if (this.closed) return unavailable();
    return Promise.resolve(publications.map((publication) => this.appendOnce(publication)));
  }

  read(channel: string, range: Range): Promise<Page> {
    if (this.closed) return unavailable();
    const log = this.currentLog(channel);
    const last = this.lastOf(channel, log);
    const { epoch, head } = this;
    return Promise.resolve(createPage(range, { epoch, head, last, oldest: log?.oldest ?? 0 }, log?.read(range) ?? []));
  }

  positions(channels: readonly string[]): Promise<Positions> {
    if (this.closed) return unavailable();
    const last = channels.map((channel) => this.lastOf(channel, this.currentLog(channel)));
    return Promise.resolve({ epoch: this.epoch, head: this.head, last });
  }

  listChannels({ prefix, after, limit }: ChannelQuery): Promise<ChannelPage> {
    if (this.closed) return unavailable();
    const channels: ChannelSummary[] = [];
    let next = after;
    for (const [channel, last] of this.lastNumbers.after(after)) {
      if (!channel.startsWith(prefix)) continue;
      if (channels.length === limit) return Promise.resolve({ channels, next });
      channels.push(this.summaryOf(channel));
      next = last;
    }
    return Promise.resolve({ channels });
  }

  deleteChannel(channel: string): Promise<number> {
    if (this.closed) return unavailable();
    const log = this.currentLog(channel);
    if (this.lastOf(channel, log) === 0) return Promise.resolve(0);
    const deleted = log?.length ?? 0;
    log?.clear();
    const seq = this.assignNumber(channel);
    this.announce(createEntry(createDeletionNotice(channel, ''), seq, seq, this.runtime.now()));
    return Promise.resolve(deleted);
  }

  deleteMessage(channel: string, { epoch, seq }: Pick<AppendResult, 'epoch' | 'seq'>): Promise<boolean> {
    if (this.closed) return unavailable();
    return Promise.resolve(epoch === this.epoch && this.deleteStored(channel, seq));
  }

  async deleteUserMessages(user: string): Promise<number> {
    if (this.closed) return unavailable();
    let deleted = 0;
    for (const channel of [...this.logs.keys()]) {
      for (const seq of this.currentLog(channel)?.seqsOf(user) ?? []) if (this.deleteStored(channel, seq)) deleted++;
      // Other work goes on between two channels.
      await new Promise<void>((resolve) => this.runtime.setImmediate(resolve));
      if (this.isClosed()) return unavailable();
    }
    return deleted;
  }

  listen(listener: BusListener): void {
    this.listener = listener;
  }

  subscribe(channel: string): Promise<void> {
    if (this.closed) return unavailable();
    this.subscriptions.add(channel);
    return Promise.resolve();
  }

  unsubscribe(channel: string): Promise<void> {
    this.subscriptions.delete(channel);
    return Promise.resolve();
  }

  putValue(key: string, value: string, ttlMs: number): Promise<void> {
    if (this.closed) return unavailable();
    this.values.set(key, value, this.runtime.now() + ttlMs);
    this.keepMemoryLimit();
    return Promise.resolve();
  }

  getValue(key: string): Promise<string | undefined> {
    return this.closed ? unavailable() : Promise.resolve(this.values.get(key, this.runtime.now()));
  }

  addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]> {
    if (this.closed) return unavailable();
    const now = this.runtime.now();
    return Promise.resolve([...counts].map(([name, added]) => this.rateCounts.add(name, added, windowMs, now)));
  }

  answerQuestions(process: string, answerer: Answerer): void {
    this.questions.answer(process, answerer);
  }

  askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    return this.closed ? unavailable() : this.questions.ask(question, timeoutMs);
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

  // A function, so that the compiler does not take its value from before an `await` for the one after it.
  private isClosed(): boolean {
    return this.closed;
  }

  private appendOnce(publication: Publication): AppendResult {
    const { epoch } = this;
    const { idempotencyKey } = publication;
    const time = this.runtime.now();
    const onceKey = idempotencyKey === undefined ? undefined : idempotencyName(publication);
    const known = onceKey === undefined ? undefined : this.once.get(onceKey, time);
    if (known !== undefined) return { epoch, seq: known, duplicate: true };
    const seq = this.store(publication, time);
    if (onceKey !== undefined) this.once.set(onceKey, seq, time + this.idempotencyTtlMs);
    this.keepMemoryLimit();
    return { epoch, seq, duplicate: false };
  }

  private store(publication: Publication, time: number): number {
    const { channel } = publication;
    this.logs.get(channel)?.dropExpired(time);
    const log = this.logOf(channel);
    const prev = this.lastOf(channel, log);
    const seq = this.assignNumber(channel);
    const entry = createEntry(publication, seq, prev, time);
    this.stored.add(entry, log);
    log.push(entry);
    this.announce(entry);
    return seq;
  }

  private deleteStored(channel: string, seq: number): boolean {
    const log = this.currentLog(channel);
    const entry = log?.get(seq);
    if (log === undefined || entry === undefined || entry.event === DELETED_EVENT) return false;
    // The notice first: an entry that is removed is never the newest.
    this.store(createDeletionNotice(channel, encodeCursor({ epoch: this.epoch, seq })), this.runtime.now());
    log.remove(entry);
    this.keepMemoryLimit();
    return true;
  }

  private assignNumber(channel: string): number {
    const seq = ++this.head;
    this.lastNumbers.set(channel, seq);
    return seq;
  }

  private announce(entry: Entry): void {
    if (this.subscriptions.has(entry.channel)) this.listener?.onAnnouncement(this.epoch, entry);
  }

  private summaryOf(channel: string): ChannelSummary {
    const log = this.currentLog(channel);
    const newest = log?.get(log.last ?? 0);
    return { channel, messages: log?.length ?? 0, ...(newest === undefined ? {} : { lastTime: newest.time }) };
  }

  /** The log of a channel without expired entries, if it has any others. */
  private currentLog(channel: string): ChannelLog | undefined {
    this.logs.get(channel)?.dropExpired(this.runtime.now());
    return this.logs.get(channel);
  }

  private logOf(channel: string): ChannelLog {
    const found = this.logs.get(channel);
    if (found !== undefined) return found;
    const created = new ChannelLog(this.retentionOf(channel), this.forget);
    this.logs.set(channel, created);
    return created;
  }

  /** For a forgotten channel without stored messages this is an upper bound. */
  private lastOf(channel: string, log: ChannelLog | undefined): number {
    return this.lastNumbers.get(channel) ?? log?.last ?? this.lastNumbers.forgotten;
  }

  /** One function for all channels. An empty log can go: `lastOf` gives the same without it. */
  private readonly forget = (entry: Entry, isEmpty: boolean): void => {
    this.stored.remove(entry);
    if (isEmpty) this.logs.delete(entry.channel);
  };

  private keepMemoryLimit(): void {
    const logBytes = this.logs.size * LOG_BYTES;
    this.stored.shrinkTo(this.memoryMaxBytes - logBytes - this.once.total - this.values.total);
  }

  private sweep(): void {
    const now = this.runtime.now();
    this.logSweep.step(SWEPT_AT_ONCE);
    for (const expiring of [this.once, this.values, this.rateCounts]) expiring.sweep(SWEPT_AT_ONCE, now);
  }
}

function unavailable(): Promise<never> {
  return Promise.reject(new BusUnavailableError(CLOSED));
}
