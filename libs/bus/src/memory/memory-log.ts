import { type CodedError, DELETED_EVENT, encodeCursor } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import { createEntry, type Entry } from '../entry';
import { createEpochSource } from '../epoch';
import type { AppendResult, ChannelPage, ChannelQuery, ChannelSummary, Page, Positions, Range } from '../message-log';
import { createPage } from '../page';
import { createDeletionNotice, idempotencyName, type Publication, refuseAppend } from '../publication';
import type { RetentionSettings } from '../retention';
import {
  createRetentionPolicy,
  DEFAULT_CHANNELS_REMEMBERED,
  DEFAULT_END_TTL_MS,
  DEFAULT_IDEMPOTENCY_TTL_MS,
  type RetentionPolicy,
} from '../retention-policy';
import { ChannelEnds, readWithEnd } from './channel-ends';
import { ChannelLog } from './channel-log';
import { ExpiringMap } from './expiring-map';
import { GradualSweep } from './gradual-sweep';
import { LastNumbers } from './last-numbers';
import { StoredBytes } from './stored-bytes';

/** Memory of a channel besides its messages. */
const LOG_BYTES = 250;

/** The message log in the memory of one process. `announce` is called with each entry, before the method that stores it returns. */
export class MemoryLog {
  readonly epoch: string;
  private head = 0;
  /** Only channels with messages, so that the limit of the messages limits these too. */
  private readonly logs = new Map<string, ChannelLog>();
  private readonly lastNumbers: LastNumbers;
  private readonly stored = new StoredBytes();
  private readonly once: ExpiringMap<number>;
  private readonly ends: ChannelEnds;
  /** The number that the deletion of a channel's history took. */
  private readonly cleared: ExpiringMap<number>;
  private readonly retentionOf: RetentionPolicy;
  private readonly idempotencyTtlMs: number;
  private readonly endTtlMs: number;
  private readonly logSweep = new GradualSweep(this.logs, (log) => log.dropExpired(this.runtime.now()));

  constructor(
    settings: RetentionSettings,
    private readonly memoryMaxBytes: number,
    private readonly runtime: Runtime,
    private readonly announce: (entry: Entry) => void,
  ) {
    this.retentionOf = createRetentionPolicy(settings);
    this.idempotencyTtlMs = settings.idempotencyTtlMs ?? DEFAULT_IDEMPOTENCY_TTL_MS;
    this.endTtlMs = settings.endTtlMs ?? DEFAULT_END_TTL_MS;
    this.lastNumbers = new LastNumbers(settings.channelsRemembered ?? DEFAULT_CHANNELS_REMEMBERED);
    this.once = new ExpiringMap(memoryMaxBytes / 8);
    this.ends = new ChannelEnds(memoryMaxBytes / 8);
    this.cleared = new ExpiringMap(memoryMaxBytes / 32);
    this.epoch = createEpochSource(runtime)();
  }

  append(publication: Publication): AppendResult | CodedError {
    const { epoch } = this;
    const { channel, idempotencyKey, idempotencyTtlMs = this.idempotencyTtlMs } = publication;
    const time = this.runtime.now();
    const onceKey = idempotencyKey === undefined ? undefined : idempotencyName(publication);
    const known = onceKey === undefined ? undefined : this.once.get(onceKey, time);
    const hasEnded = this.ends.get(channel, time) !== undefined;
    const needsChannel = publication.needsChannel === true;
    if (known !== undefined && !(needsChannel && hasEnded)) return { epoch, seq: known, duplicate: true };
    if (hasEnded) return refuseAppend('ended', channel);
    if (needsChannel && !this.isKnown(channel)) return refuseAppend('unknown', channel);
    const { seq } = this.store(publication, time);
    if (onceKey !== undefined) this.once.set(onceKey, seq, time + idempotencyTtlMs);
    return { epoch, seq, duplicate: false };
  }

  read(channel: string, range: Range): Page {
    const log = this.currentLog(channel);
    const last = this.lastOf(channel, log);
    const { epoch, head } = this;
    const end = this.ends.beside(log, channel, this.runtime.now());
    const oldest = end?.seq ?? log?.oldest ?? 0;
    return createPage(range, { epoch, head, last, oldest }, readWithEnd(range, log, end));
  }

  positions(channels: readonly string[], withEnds: boolean): Positions {
    const now = this.runtime.now();
    const last = channels.map((channel) => this.lastOf(channel, this.currentLog(channel)));
    const ends = withEnds ? channels.map((channel) => this.ends.get(channel, now)?.seq ?? 0) : [];
    return { epoch: this.epoch, head: this.head, last, ends };
  }

  listChannels(query: ChannelQuery): ChannelPage {
    return this.lastNumbers.list(query, (channel) => this.summaryOf(channel));
  }

  deleteChannel(channel: string): number {
    const log = this.currentLog(channel);
    const now = this.runtime.now();
    const last = this.lastOf(channel, log);
    if (last === 0 || this.cleared.get(channel, now) === last) return 0;
    const beside = this.ends.beside(log, channel, now) === undefined ? 0 : 1;
    const deleted = (log?.length ?? 0) + beside;
    log?.clear();
    this.ends.remove(channel);
    const seq = this.assignNumber(channel);
    this.cleared.set(channel, seq, now + this.retentionOf(channel).ttlMs);
    this.announce(createEntry(createDeletionNotice(channel, ''), seq, seq, now));
    return deleted;
  }

  deleteMessage(channel: string, { epoch, seq }: Pick<AppendResult, 'epoch' | 'seq'>): boolean {
    return epoch === this.epoch && this.deleteStored(channel, seq);
  }

  /** The channels that may have messages of a user. */
  channelsWithMessages(): string[] {
    return [...new Set([...this.logs.keys(), ...this.ends.channels()])];
  }

  /** Sequence numbers of a user's messages in a channel up to `through`. */
  seqsOfUser(channel: string, user: string, through: number): number[] {
    const log = this.currentLog(channel);
    const end = this.ends.beside(log, channel, this.runtime.now());
    const beside = end?.user === user && end.seq <= through ? [end.seq] : [];
    return [...beside, ...(log?.seqsOf(user, through) ?? [])];
  }

  /** Drops the oldest messages of all channels until all of it, with `otherBytes` outside of it, is within the limit. */
  keepMemoryLimit(otherBytes: number): void {
    const logBytes = this.logs.size * LOG_BYTES;
    const keptBytes = this.once.total + this.ends.total + this.cleared.total;
    this.stored.shrinkTo(this.memoryMaxBytes - logBytes - keptBytes - otherBytes);
  }

  sweep(count: number, now: number): void {
    this.logSweep.step(count);
    this.once.sweep(count, now);
    this.ends.sweep(count, now);
    this.cleared.sweep(count, now);
  }

  private store(publication: Publication, time: number): Entry {
    const { channel } = publication;
    this.logs.get(channel)?.dropExpired(time);
    const log = this.logOf(channel);
    const prev = this.lastOf(channel, log);
    const seq = this.assignNumber(channel);
    const entry = createEntry(publication, seq, prev, time);
    this.stored.add(entry, log);
    log.push(entry);
    if (publication.ends === true)
      this.ends.add(entry, time + Math.max(this.endTtlMs, this.retentionOf(channel).ttlMs));
    this.announce(entry);
    return entry;
  }

  private deleteStored(channel: string, seq: number): boolean {
    const log = this.currentLog(channel);
    const end = this.ends.get(channel, this.runtime.now());
    const entry = log?.get(seq) ?? (end?.seq === seq ? end : undefined);
    if (entry === undefined || entry.event === DELETED_EVENT) return false;
    // The notice first: an entry that is removed is never the newest.
    this.store(createDeletionNotice(channel, encodeCursor({ epoch: this.epoch, seq })), this.runtime.now());
    if (end?.seq === seq) this.ends.remove(channel);
    log?.remove(entry);
    return true;
  }

  private assignNumber(channel: string): number {
    const seq = ++this.head;
    this.lastNumbers.set(channel, seq);
    return seq;
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

  private isKnown(channel: string): boolean {
    return this.lastNumbers.get(channel) !== undefined || this.logs.has(channel);
  }

  /** For a forgotten channel without stored messages this is an upper bound. */
  private lastOf(channel: string, log: ChannelLog | undefined): number {
    const known = this.lastNumbers.get(channel) ?? log?.last;
    return known ?? this.ends.get(channel, this.runtime.now())?.seq ?? this.lastNumbers.forgotten;
  }

  /** One function for all channels. An empty log can go: `lastOf` gives the same without it. */
  private readonly forget = (entry: Entry, isEmpty: boolean): void => {
    this.stored.remove(entry);
    if (isEmpty) this.logs.delete(entry.channel);
  };
}
