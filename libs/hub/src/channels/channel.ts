import { BusUnavailableError, type Entry, type MessageLog, type Page } from '@tetracast/bus';
import { FramedEntry } from '../delivery/framed-entry';
import { pageLimitsFor, type ResumeLimits } from '../delivery/resume-limits';
import type { Subscription } from '../connection/subscription';
import { Window, type WindowLimits } from './window';

/** What a channel needs of its hub. */
export interface ChannelHost {
  readonly messageLog: MessageLog;
  readonly windowLimits: WindowLimits;
  readonly resumeLimits: ResumeLimits;
  /** How often the line by which announcements come was cut or came back, or the log was replaced. */
  readonly interruptions: number;
  /** Whether it is cut now: what is read meanwhile says nothing of what is missed after it was read. */
  readonly isInterrupted: boolean;
  /** The greatest seq announced to this process, over all channels. */
  readonly announced: number;
  /** Has the channel's readers brought forward in this turn. */
  onChanged(channel: Channel): void;
  /** The log has another epoch than this process knew. */
  onEpoch(epoch: string): void;
  /** The log answered so when it was asked at `cuts`; `false` when that may be outdated in more than what is announced since. */
  acceptAnswer(epoch: string, cuts: number): boolean;
  /** The log could not be read: `refill` is wanted again when it is back. */
  refillLater(channel: Channel): void;
  /** A hole was closed; other channels may have one that no announcement will show. */
  onRefilled(messages: number): void;
}

/** A stretch of the log framed for sending, and what it says about the places around it. */
export interface FramedPage extends Omit<Page, 'entries'> {
  readonly entries: readonly FramedEntry[];
}

/** Announcements kept while the log is read; more than that and the log is read again instead. */
const PENDING_MAX = 4096;

/**
 * One channel in one process: its bus subscription, its window, its readers. It is `live` while every announcement is
 * known to arrive; when one may be missing it refills its window from the log, once for all its readers.
 */
export class Channel {
  readonly subscriptions = new Set<Subscription>();
  /** When the last reader left, in ms; it is kept warm a while, since pollers come back. */
  idleSince = performance.now();
  window: Window;
  live = false;
  /** It is kept no longer, and hears nothing any more. */
  closed = false;
  private verifiedHead = 0;
  private pending: { epoch: string; entry: Entry }[] = [];
  private overflowed = false;
  private filling: Promise<void> | undefined;
  private readonly reads = new Map<number, Promise<FramedPage>>();

  constructor(
    readonly name: string,
    private readonly host: ChannelHost,
  ) {
    this.window = new Window(host.windowLimits, '', 0);
  }

  get epoch(): string {
    return this.window.epoch;
  }

  /** Up to here the log itself has shown that the window holds everything. */
  get verifiedThrough(): number {
    return Math.max(this.verifiedHead, this.window.last);
  }

  /** Up to here everything is known, if no announcement was lost without a trace. */
  get knownThrough(): number {
    return Math.max(this.verifiedThrough, this.host.announced);
  }

  /** Subscribes, then notes where the log stands: what comes later is announced, what was before is in the log. */
  async open(): Promise<void> {
    const { interruptions } = this.host;
    await this.host.messageLog.subscribe(this.name);
    const { epoch, head, last } = await this.host.messageLog.positions([this.name]);
    const isSound = this.host.acceptAnswer(epoch, interruptions);
    this.window = new Window(this.host.windowLimits, epoch, last[0] ?? 0);
    this.verifiedHead = head;
    if (this.host.isInterrupted) return;
    if (isSound && this.applyPending()) this.live = true;
    else await this.refill();
  }

  removeSubscription(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    this.idleSince = performance.now();
  }

  /** Resolves when the channel is live or is known to stay behind for now. */
  whenFilled(): Promise<void> {
    return this.filling ?? Promise.resolve();
  }

  /** Hears an announcement. */
  onAnnouncement(epoch: string, entry: Entry): void {
    if (!this.live) {
      if (this.pending.length < PENDING_MAX) this.pending.push({ epoch, entry });
      else this.overflowed = true;
      return;
    }
    if (epoch !== this.epoch) {
      this.host.onEpoch(epoch);
      return;
    }
    if (entry.seq > this.window.last && !this.window.push(entry, this.verifiedHead)) {
      this.pending.push({ epoch, entry });
      void this.refill();
      return;
    }
    this.host.onChanged(this);
  }

  /** From now on announcements may be missing; readers wait until `refill` or `confirm`. */
  suspend(): void {
    this.live = false;
  }

  /** The log was found to stand at `last`, at a time when the partition stood at `head`: goes on, or refills. */
  verify(epoch: string, last: number, head: number): void {
    if (this.filling !== undefined) return;
    if (epoch !== this.epoch || last > this.verifiedThrough) void this.refill();
    else if (this.applyPending()) this.resume(head);
    else void this.refill();
  }

  /** The place before the last `count` messages; `otherwise` when there are none. */
  async rewind(count: number, otherwise: number): Promise<number> {
    const page = await this.host.messageLog.read(this.name, { kind: 'rewind', count });
    return page.entries[0]?.prev ?? otherwise;
  }

  /** Reads what is missing from the log. One run at a time; never rejects. */
  refill(): Promise<void> {
    this.live = false;
    return (this.filling ??= this.fill()
      .catch((error: unknown) => {
        if (!(error instanceof BusUnavailableError)) throw error;
        this.host.refillLater(this);
      })
      .finally(() => {
        this.filling = undefined;
      }));
  }

  /**
   * The page of the log after `seq`, read once for all who ask at the same time. Who reads `among` many channels at once gets less of
   * each, so that he is not handed a page of all of them.
   */
  read(seq: number, among = 1): Promise<FramedPage> {
    let page = this.reads.get(seq);
    if (page === undefined) {
      page = this.readPage(seq, among).finally(() => this.reads.delete(seq));
      this.reads.set(seq, page);
    }
    return page;
  }

  private async readPage(seq: number, among: number): Promise<FramedPage> {
    const { window } = this;
    const { interruptions } = this.host;
    const page = await this.host.messageLog.read(this.name, {
      kind: 'after',
      seq,
      ...pageLimitsFor(this.host.resumeLimits, among),
    });
    if (page.epoch !== this.epoch && interruptions === this.host.interruptions) this.host.onEpoch(page.epoch);
    const entries = page.entries.map((entry) => new FramedEntry(page.epoch, entry));
    if (!page.more && this.window === window && page.epoch === this.epoch && !page.trimmed) {
      const below = entries.filter((entry) => entry.seq <= window.floor);
      if (seq < window.floor && below.at(-1)?.seq === window.floor) window.extendBack(below, seq);
    }
    return { ...page, entries };
  }

  private async fill(): Promise<void> {
    const limits = pageLimitsFor(this.host.resumeLimits, 1);
    let messages = 0;
    for (;;) {
      const { interruptions } = this.host;
      const page = await this.host.messageLog.read(this.name, { kind: 'after', seq: this.window.last, ...limits });
      const isSound = this.host.acceptAnswer(page.epoch, interruptions);
      if (page.epoch !== this.epoch) {
        this.window = new Window(this.host.windowLimits, page.epoch, 0);
        this.verifiedHead = 0;
        continue;
      }
      if (page.trimmed) {
        const floor = page.entries[0]?.prev ?? page.last;
        this.window = new Window(this.host.windowLimits, page.epoch, floor);
      }
      for (const entry of page.entries) this.window.push(entry, this.verifiedHead);
      messages += page.entries.length;
      if (page.more) continue;
      // The comparison that follows every cut goes on from here.
      if (this.host.isInterrupted) return;
      if (isSound && this.applyPending()) {
        this.resume(page.head);
        this.host.onRefilled(messages);
        return;
      }
    }
  }

  private resume(head: number): void {
    this.live = true;
    this.verifiedHead = Math.max(this.verifiedHead, head);
    this.host.onChanged(this);
  }

  /** Takes in what was announced meanwhile; `false` when the log must be read again. */
  private applyPending(): boolean {
    const { pending, overflowed } = this;
    this.pending = [];
    this.overflowed = false;
    if (overflowed) return false;
    return pending.every(
      ({ epoch, entry }) =>
        epoch === this.epoch && (entry.seq <= this.window.last || this.window.push(entry, this.verifiedHead)),
    );
  }
}
