import type { CodedError } from '@tetracast/message-model';
import type { Bus, BusChecks } from '../bus';
import { MemoryBus } from '../memory/memory-bus';
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

/** What a {@link FaultyBus} rejects with while it is unavailable. */
export const UNAVAILABLE_REASON = 'connect ECONNREFUSED 10.0.0.1:6379';

/** A memory bus that loses announcements, is unavailable or slow, or is replaced: the faults no healthy bus makes. */
export class FaultyBus implements Bus {
  /** While true, every call rejects as the ports say. */
  isUnavailable = false;
  /** While true, announcements are lost without a trace. */
  losesAnnouncements = false;
  /** While true, `subscribe` waits for {@link releaseSubscriptions}. */
  holdsSubscriptions = false;
  /** Whether `close` does nothing: for a bus that outlives the services on it. */
  survivesClose = false;
  /** Turns of the event loop that each read takes; an announcement takes one, unless this is 0. */
  lagTurns = 0;
  reads = 0;
  /** Messages read from the log, each as often as it was read. */
  messagesRead = 0;
  positionCalls = 0;
  readonly subscribed: string[] = [];
  private readonly heldSubscriptions: (() => void)[] = [];
  private readonly answerers = new Map<string, Answerer>();
  private holdAnswer: ((release: () => void) => void) | undefined;
  private inner: MemoryBus;
  private listener: BusListener | undefined;

  constructor(private readonly settings: RetentionSettings = { retention: { size: 1000, ttlMs: 600_000 } }) {
    this.inner = new MemoryBus(settings);
  }

  /** The message log is lost; an empty one with a new epoch takes its place. */
  async replace(): Promise<void> {
    const former = this.inner;
    // At once: no call finds a bus that is closed.
    this.inner = new MemoryBus(this.settings);
    await former.close();
    this.inner.listen(this.forwarding());
    for (const [process, answerer] of this.answerers) this.inner.answerQuestions(process, answerer);
    for (const channel of this.subscribed) await this.inner.subscribe(channel);
  }

  /** Holds back the next answer of the log; resolves, when there is one, with the function that lets it through. */
  holdNextAnswer(): Promise<() => void> {
    return new Promise((resolve) => {
      this.holdAnswer = resolve;
    });
  }

  get heldCount(): number {
    return this.heldSubscriptions.length;
  }

  /** Lets the held subscriptions go on, and holds no more of them. */
  releaseSubscriptions(): void {
    this.holdsSubscriptions = false;
    for (const release of this.heldSubscriptions.splice(0)) release();
  }

  interrupt(): void {
    this.losesAnnouncements = true;
    this.listener?.onInterrupted();
  }

  restore(): void {
    this.losesAnnouncements = false;
    this.listener?.onResubscribed();
  }

  async append(publication: Publication): Promise<AppendResult> {
    return this.reachable.append(publication);
  }

  async appendAll(publications: readonly Publication[]): Promise<readonly (AppendResult | CodedError)[]> {
    return this.reachable.appendAll(publications);
  }

  async listChannels(query: ChannelQuery): Promise<ChannelPage> {
    return this.reachable.listChannels(query);
  }

  async deleteChannel(channel: string): Promise<number> {
    return this.reachable.deleteChannel(channel);
  }

  async deleteMessage(channel: string, position: Pick<AppendResult, 'epoch' | 'seq'>): Promise<boolean> {
    return this.reachable.deleteMessage(channel, position);
  }

  async deleteUserMessages(user: string): Promise<number> {
    return this.reachable.deleteUserMessages(user);
  }

  async read(channel: string, range: Range): Promise<Page> {
    const { reachable } = this;
    this.reads++;
    const page = await reachable.read(channel, range);
    this.messagesRead += page.entries.length;
    return this.delayed(Promise.resolve(page));
  }

  async positions(channels: readonly string[], withEnds?: boolean): Promise<Positions> {
    const { reachable } = this;
    this.positionCalls++;
    return this.delayed(reachable.positions(channels, withEnds));
  }

  listen(listener: BusListener): void {
    this.listener = listener;
    this.inner.listen(this.forwarding());
  }

  async subscribe(channel: string): Promise<void> {
    this.requireAvailable();
    if (this.holdsSubscriptions) await new Promise<void>((resolve) => this.heldSubscriptions.push(resolve));
    this.subscribed.push(channel);
    return this.inner.subscribe(channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    const at = this.subscribed.indexOf(channel);
    if (at >= 0) this.subscribed.splice(at, 1);
    return this.inner.unsubscribe(channel);
  }

  async putValue(key: string, value: string, ttlMs: number): Promise<void> {
    return this.reachable.putValue(key, value, ttlMs);
  }

  async getValue(key: string): Promise<string | undefined> {
    return this.reachable.getValue(key);
  }

  async addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]> {
    return this.reachable.addCounts(counts, windowMs);
  }

  answerQuestions(process: string, answerer: Answerer): void {
    this.answerers.set(process, answerer);
    this.inner.answerQuestions(process, answerer);
  }

  async askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    return this.reachable.askProcesses(question, timeoutMs);
  }

  async renewLease(process: string, leaseMs: number, isNew: boolean): Promise<Lease> {
    return this.reachable.renewLease(process, leaseMs, isNew);
  }

  async changePresence(
    process: string,
    changes: readonly PresenceChange[],
    maxMembers: number,
  ): Promise<PresenceOutcome> {
    return this.reachable.changePresence(process, changes, maxMembers);
  }

  async releaseExpired(process: string): Promise<boolean> {
    return this.reachable.releaseExpired(process);
  }

  async readMembers(channel: string, query: MemberQuery): Promise<MemberPage> {
    return this.reachable.readMembers(channel, query);
  }

  async takeWebhooks(sender: string, request: WebhookRequest): Promise<QueuedWebhooks | undefined> {
    return this.reachable.takeWebhooks(sender, request);
  }

  async removeWebhooks(ids: readonly string[], dropped: number): Promise<void> {
    return this.reachable.removeWebhooks(ids, dropped);
  }

  async admitRelay(request: RelayRequest): Promise<RelayAdmission> {
    return this.reachable.admitRelay(request);
  }

  async renewRelays(channels: readonly string[], leaseMs: number): Promise<readonly string[]> {
    return this.reachable.renewRelays(channels, leaseMs);
  }

  async releaseRelay(channel: string): Promise<void> {
    return this.reachable.releaseRelay(channel);
  }

  async takeExpiredRelays(leaseMs: number): Promise<readonly string[]> {
    return this.reachable.takeExpiredRelays(leaseMs);
  }

  async check(): Promise<BusChecks> {
    if (!this.isUnavailable) return this.inner.check();
    const reason = UNAVAILABLE_REASON;
    return { read: reason, write: reason, announce: reason, hear: reason };
  }

  async close(): Promise<void> {
    if (!this.survivesClose) await this.inner.close();
  }

  private forwarding(): BusListener {
    return {
      onAnnouncement: (epoch, entry) => {
        if (this.losesAnnouncements) return;
        if (this.lagTurns === 0) this.listener?.onAnnouncement(epoch, entry);
        else setImmediate(() => this.listener?.onAnnouncement(epoch, entry));
      },
      onInterrupted: () => this.listener?.onInterrupted(),
      onResubscribed: () => this.listener?.onResubscribed(),
    };
  }

  private async delayed<T>(answer: Promise<T>): Promise<T> {
    const found = await answer;
    const { holdAnswer } = this;
    this.holdAnswer = undefined;
    if (holdAnswer !== undefined) await new Promise<void>(holdAnswer);
    for (let turn = 0; turn < this.lagTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
    return found;
  }

  /** @throws BusUnavailableError while it is unavailable */
  private get reachable(): MemoryBus {
    this.requireAvailable();
    return this.inner;
  }

  private requireAvailable(): void {
    if (this.isUnavailable) throw new BusUnavailableError(UNAVAILABLE_REASON);
  }
}
