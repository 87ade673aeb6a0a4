import { type Bus, BusUnavailableError, type Entry, type Page } from '@tetracast/bus';
import { FramedEntry } from './framed-entry';
import { pageAmong, type ResumeLimits } from './resume-limits';
import type { Subscription } from './subscription';
import { Window, type WindowLimits } from './window';

/** What a channel needs of its hub. */
export interface ChannelHost {
  readonly bus: Bus;
  readonly windowLimits: WindowLimits;
  readonly resumeLimits: ResumeLimits;
  /** How often the line by which announcements come was cut or came back, or the log was replaced. */
  readonly cuts: number;
  /** Whether it is cut now: what is read meanwhile says nothing of what is missed after it was read. */
  readonly isCut: boolean;
  /** The greatest seq announced to this process, over all channels. */
  readonly announced: number;
  /** Has the channel's readers brought forward in this turn. */
  changed(channel: Channel): void;
  /** The log has another epoch than this process knew. */
  epochSeen(epoch: string): void;
  /** The log answered so when it was asked at `cuts`; `false` when that may be outdated in more than what is announced since. */
  answered(epoch: string, cuts: number): boolean;
  /** The log could not be read: `refill` is wanted again when it is back. */
  refillLater(channel: Channel): void;
  /** A hole was closed; other channels may have one that no announcement will show. */
  refilled(messages: number): void;
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
  private provenAt = 0;
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
  get proven(): number {
    return Math.max(this.provenAt, this.window.last);
  }

  /** Up to here everything is known, if no announcement was lost without a trace. */
  get through(): number {
    return Math.max(this.proven, this.host.announced);
  }

  /** Subscribes, then notes where the log stands: what comes later is announced, what was before is in the log. */
  async open(): Promise<void> {
    const { cuts } = this.host;
    await this.host.bus.subscribe(this.name);
    const { epoch, head, last } = await this.host.bus.positions([this.name]);
    const isSound = this.host.answered(epoch, cuts);
    this.window = new Window(this.host.windowLimits, epoch, last[0] ?? 0);
    this.provenAt = head;
    if (this.host.isCut) return;
    if (isSound && this.absorbPending()) this.live = true;
    else await this.refill();
  }

  leave(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    this.idleSince = performance.now();
  }

  /** Resolves when the channel is live or is known to stay behind for now. */
  settled(): Promise<void> {
    return this.filling ?? Promise.resolve();
  }

  /** Hears an announcement. */
  offer(epoch: string, entry: Entry): void {
    if (!this.live) {
      if (this.pending.length < PENDING_MAX) this.pending.push({ epoch, entry });
      else this.overflowed = true;
      return;
    }
    if (epoch !== this.epoch) {
      this.host.epochSeen(epoch);
      return;
    }
    if (entry.seq > this.window.last && !this.window.push(entry, this.provenAt)) {
      this.pending.push({ epoch, entry });
      void this.refill();
      return;
    }
    this.host.changed(this);
  }

  /** From now on announcements may be missing; readers wait until `refill` or `confirm`. */
  suspend(): void {
    this.live = false;
  }

  /** The log was found to stand at `last`, at a time when the partition stood at `head`: goes on, or refills. */
  confirm(epoch: string, last: number, head: number): void {
    if (this.filling !== undefined) return;
    if (epoch !== this.epoch || last > this.proven) void this.refill();
    else if (this.absorbPending()) this.resume(head);
    else void this.refill();
  }

  /** The place before the last `count` messages; `otherwise` when there are none. */
  async rewind(count: number, otherwise: number): Promise<number> {
    const page = await this.host.bus.read(this.name, { kind: 'rewind', count });
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
    const { cuts } = this.host;
    const page = await this.host.bus.read(this.name, {
      kind: 'after',
      seq,
      ...pageAmong(this.host.resumeLimits, among),
    });
    if (page.epoch !== this.epoch && cuts === this.host.cuts) this.host.epochSeen(page.epoch);
    const entries = page.entries.map((entry) => new FramedEntry(page.epoch, entry));
    if (!page.more && this.window === window && page.epoch === this.epoch && !page.trimmed) {
      const below = entries.filter((entry) => entry.seq <= window.floor);
      if (seq < window.floor && below.at(-1)?.seq === window.floor) window.extendBack(below, seq);
    }
    return { ...page, entries };
  }

  private async fill(): Promise<void> {
    const limits = pageAmong(this.host.resumeLimits, 1);
    let messages = 0;
    for (;;) {
      const { cuts } = this.host;
      const page = await this.host.bus.read(this.name, { kind: 'after', seq: this.window.last, ...limits });
      const isSound = this.host.answered(page.epoch, cuts);
      if (page.epoch !== this.epoch) {
        this.window = new Window(this.host.windowLimits, page.epoch, 0);
        this.provenAt = 0;
        continue;
      }
      if (page.trimmed) {
        const floor = page.entries[0]?.prev ?? page.last;
        this.window = new Window(this.host.windowLimits, page.epoch, floor);
      }
      for (const entry of page.entries) this.window.push(entry, this.provenAt);
      messages += page.entries.length;
      if (page.more) continue;
      // The comparison that follows every cut goes on from here.
      if (this.host.isCut) return;
      if (isSound && this.absorbPending()) {
        this.resume(page.head);
        this.host.refilled(messages);
        return;
      }
    }
  }

  private resume(head: number): void {
    this.live = true;
    this.provenAt = Math.max(this.provenAt, head);
    this.host.changed(this);
  }

  /** Takes in what was announced meanwhile; `false` when the log must be read again. */
  private absorbPending(): boolean {
    const { pending, overflowed } = this;
    this.pending = [];
    this.overflowed = false;
    if (overflowed) return false;
    return pending.every(
      ({ epoch, entry }) =>
        epoch === this.epoch && (entry.seq <= this.window.last || this.window.push(entry, this.provenAt)),
    );
  }
}
