import type { Runtime } from '@tetracast/node-io/runtime';
import { BusUnavailableError, type Entry, type MessageLog, type Page } from '@tetracast/bus';
import { isCompanion } from '@tetracast/message-model';
import { FramedEntry } from '../delivery/framed-entry';
import { pageLimitsFor, type ResumeLimits } from '../delivery/resume-limits';
import type { Subscription } from '../connection/subscription';
import { Window, type WindowLimits } from './window';

/** What a channel needs of its hub. */
export interface ChannelHost {
  readonly messageLog: MessageLog;
  readonly runtime: Runtime;
  readonly windowLimits: WindowLimits;
  readonly resumeLimits: ResumeLimits;
  /** Counts how often announcements were interrupted or resumed, or the message log was replaced. */
  readonly interruptions: number;
  /** Whether announcements are interrupted now: a read does not show what is missed after it. */
  readonly isInterrupted: boolean;
  /** The greatest seq announced to this process, over all channels. */
  readonly announced: number;
  /** The channel has changed: the fan-out brings its readers forward in this turn. */
  onChanged(channel: Channel): void;
  /** The message log has another epoch than this process knew. */
  onEpoch(epoch: string): void;
  /** Takes the epoch of an answer; `false` if there was an interruption since the request, so that the answer may be outdated. */
  acceptAnswer(epoch: string, interruptionsAtRequest: number): boolean;
  /** The message log is unavailable: the registry calls `refill` again later. */
  refillLater(channel: Channel): void;
  /** A gap was filled; other channels may have one that no announcement shows. */
  onRefilled(messages: number): void;
}

/** A page of the message log, ready to be framed. */
export interface FramedPage extends Omit<Page, 'entries'> {
  readonly entries: readonly FramedEntry[];
}

/** Announcements kept during a read; with more than that the channel reads again instead. */
const PENDING_MAX = 4096;

/**
 * One channel in one process: its bus subscription, its window, its readers. It is `live` while every announcement is
 * known to arrive; when one may be missing it refills its window from the message log, once for all its readers.
 */
export class Channel {
  readonly subscriptions = new Set<Subscription>();
  /** It has the joins and leaves of another channel. */
  readonly isCompanion: boolean;
  /** Of a companion: how long the last delivery of what was collected took. */
  deliveryMs = 0;
  /** When the last reader left, in ms; the channel stays open for a while, since pollers return. */
  idleSince: number;
  window: Window;
  live = false;
  /** It has left the registry and receives no more announcements. */
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
    this.isCompanion = isCompanion(name);
    this.idleSince = host.runtime.monotonicMs();
    this.window = new Window(host.windowLimits, '', 0);
  }

  get epoch(): string {
    return this.window.epoch;
  }

  /** Up to here the message log has shown that the window is complete. */
  get verifiedThrough(): number {
    return Math.max(this.verifiedHead, this.window.last);
  }

  /** Up to here the window is complete, unless an announcement was lost without a trace. */
  get knownThrough(): number {
    return Math.max(this.verifiedThrough, this.host.announced);
  }

  /** Subscribes, then reads the log's position: later messages are announced, earlier ones are in the log. */
  async open(): Promise<void> {
    const { interruptions } = this.host;
    await this.host.messageLog.subscribe(this.name);
    const { epoch, head, last, ends } = await this.host.messageLog.positions([this.name], true);
    const isSound = this.host.acceptAnswer(epoch, interruptions);
    const [floor = 0] = last;
    this.window = new Window(this.host.windowLimits, epoch, floor, floor, ends[0]);
    this.verifiedHead = head;
    if (this.host.isInterrupted) return;
    if (isSound && this.applyPending()) this.live = true;
    else await this.refill();
  }

  removeSubscription(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    this.idleSince = this.host.runtime.monotonicMs();
  }

  /** Resolves when the channel is live or is known to stay behind for now. */
  whenFilled(): Promise<void> {
    return this.filling ?? Promise.resolve();
  }

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

  /**
   * Keeps nothing of what was read or announced: the message log may have deleted it. Readers that are behind read the log, those
   * at the end notice nothing. Whether the channel has ended stays known: the deletion of an end is announced by itself.
   */
  forget(): void {
    const { epoch, last, end } = this.window;
    this.window = new Window(this.host.windowLimits, epoch, last, last, end);
    this.overflowed ||= this.pending.length > 0;
    this.pending = [];
  }

  /** Announcements may be missing from now on; readers wait for `verify` or `refill`. */
  suspend(): void {
    this.live = false;
  }

  /** Takes the channel's last number in the log, read when the partition was at `head`: goes on, or refills. */
  verify(epoch: string, last: number, head: number): void {
    if (this.filling !== undefined) return;
    if (epoch !== this.epoch || last > this.verifiedThrough) void this.refill();
    else if (this.applyPending()) this.resume(head);
    else void this.refill();
  }

  /** The position before the last `count` messages; `otherwise` when there are none. */
  async rewind(count: number, otherwise: number): Promise<number> {
    const page = await this.host.messageLog.read(this.name, { kind: 'rewind', count });
    return page.entries[0]?.prev ?? otherwise;
  }

  /** Reads what is missing from the message log. One run at a time; never rejects. */
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
   * The page of the log after `seq`; concurrent callers share one read. For a connection that reads `among` several channels
   * at once the page is smaller, so that all pages together stay within the limits.
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
      const { window } = this;
      const page = await this.host.messageLog.read(this.name, { kind: 'after', seq: window.last, ...limits });
      const isSound = this.host.acceptAnswer(page.epoch, interruptions);
      // Meanwhile the channel had to forget what this page may still have.
      if (this.window !== window) continue;
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
      // The comparison after the interruption goes on from here.
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

  /** Adds the announcements received meanwhile; `false` when the log has to be read again. */
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
