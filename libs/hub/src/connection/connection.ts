import type { CloseName, Position, ResetReason, Start } from '@tetracast/message-model';
import { clientChannelOf, encodeCursor, isCompanion, seqIn } from '@tetracast/message-model';
import { Batch } from '../channels/batch';
import type { Channel } from '../channels/channel';
import { CatchUpPump, type CatchUpTarget } from '../delivery/catch-up-pump';
import type { CloseListener, ConnectionHost } from './connection-host';
import type { ConnectionState } from './connection-state';
import { encodeConnectionCursor, slowestPosition, withConnectionCursors } from './connection-cursor';
import {
  areAtEnd,
  advancePositions,
  isAloneWith,
  type Pages,
  skipTrimmed,
  windowsCoverPositions,
} from '../delivery/catch-up';
import type { Sink } from '../sink';
import { openAndFindStart, requireAllowedRewind, type StartingPoint } from './starting-point';
import { StallWatch } from './stall-watch';
import { findNextBatch, batchLimitsOf } from '../delivery/next-batch';
import { isSubscribed, selectSubscriptions, requireRoomForChannels, type Subscription } from './subscription';

const NO_PAGES: Pages = new Map();

/**
 * A subscriber: a cursor over the message log, not a queue. While it is `live` its sink gets each turn's messages as one
 * shared batch; otherwise a {@link CatchUpPump} reads on for it, from the windows or from the message log.
 */
export class Connection implements CatchUpTarget {
  /** Replaced when it changes. Mostly there is one, for which a `Map` is five times as large. */
  subscriptions: readonly Subscription[] = [];
  epoch = '';
  state: ConnectionState = 'catching-up';
  /** Its position while it has no channel. */
  private startPosition: Position = { epoch: '', seq: 0 };
  /** Every message known up to here has been delivered, in each channel that is at its end. */
  private deliveredThrough = 0;
  private readonly stall = new StallWatch();
  private pump: CatchUpPump | undefined;
  private lazyId: string | undefined;

  constructor(
    private clientKey: string | undefined,
    readonly sink: Sink,
    private readonly host: ConnectionHost,
    private closeListener?: CloseListener,
  ) {}

  // Ids are created at first use: without tokens a poll or an event stream needs neither.
  get id(): string {
    return (this.lazyId ??= this.host.createId());
  }

  hasId(id: string): boolean {
    return this.lazyId === id;
  }

  /** The client key, if the connection has one yet. */
  get knownClient(): string | undefined {
    return this.clientKey;
  }

  /** The client key, which names its client across reconnects. */
  get client(): string {
    return (this.clientKey ??= this.host.createId());
  }

  /** Names the client, before the connection subscribes to anything. */
  set client(key: string) {
    this.clientKey = key;
  }

  /**
   * Subscribes to the channels it is not subscribed to yet. Calls `onStart` with the cursor the subscription starts from,
   * before it writes anything of it, and resolves then; messages follow as fast as the sink takes them.
   *
   * @throws CodedError `too_many_channels`, `invalid_request` for a rewind that is too long; BusUnavailableError while the message log cannot be reached
   */
  async subscribe(names: readonly string[], start: Start, onStart?: (cursor: string) => void): Promise<void> {
    this.requireRoomFor(names, start);
    const open = (): Promise<Channel[]> =>
      this.host.openChannels(names.filter((name) => !isSubscribed(this.subscriptions, name)));
    const { channels, point } = await openAndFindStart(open, start, this.host.channelRegistry);
    if (this.isClosed()) return;
    requireRoomForChannels(this.subscriptions, names, this.host.maxChannels);
    this.startPosition = point.position;
    for (const channel of channels) this.join(channel, point);
    onStart?.(this.cursor);
    const opened = channels.map(({ name }) => name);
    if (point.reset !== undefined && opened.length > 0) this.sendReset(point.reset, opened, this.cursor);
    this.leaveLive();
    this.wake();
  }

  /** What {@link subscribe} does first. @throws CodedError `too_many_channels`, `invalid_request` as it does */
  requireRoomFor(names: readonly string[], start: Start): void {
    requireAllowedRewind(start, this.host.maxRewind);
    requireRoomForChannels(this.subscriptions, names, this.host.maxChannels);
  }

  /** @throws CodedError `too_many_channels` for more names than it can have channels */
  unsubscribe(names: readonly string[]): void {
    const removed = selectSubscriptions(this.subscriptions, names, this.host.maxChannels);
    this.subscriptions = this.subscriptions.filter((subscription) => !removed.includes(subscription));
    for (const subscription of removed) subscription.channel.removeSubscription(subscription);
  }

  /** The sink has drained and takes more again. */
  onDrain(): void {
    if (this.state === 'full') this.state = 'catching-up';
    this.wake();
  }

  /** Once a heartbeat period: sends a heartbeat, or closes a connection whose client has taken nothing for `stalledMs`. */
  checkHeartbeat(now: number, stalledMs: number): void {
    if (this.stall.isStalled(this.sink, now, stalledMs)) this.end('stalled');
    // A full connection has bytes on the way already.
    else if (this.state !== 'full') this.sink.sendHeartbeat?.();
  }

  /** Resolves when it is live, full or closed, or the message log is unavailable. */
  async whenCaughtUp(): Promise<void> {
    while (this.pump !== undefined) await this.pump.ended;
  }

  /** The cursor its client would resume from: everything up to here was delivered, in all its channels. */
  get cursor(): string {
    const { subscriptions } = this;
    if (subscriptions.length === 0) return encodeCursor(this.startPosition);
    return encodeConnectionCursor(this.epoch, slowestPosition(subscriptions, this.deliveredThrough), subscriptions);
  }

  /** The names of the channels it is subscribed to. */
  get channels(): string[] {
    return this.names.filter((name) => !isCompanion(name));
  }

  /** The channels whose joins and leaves it gets. */
  get observed(): string[] {
    return this.names.filter(isCompanion).map(clientChannelOf);
  }

  private get names(): string[] {
    return this.subscriptions.map(({ channel }) => channel.name);
  }

  /** Calls `listener` when the connection closes, after those added before it; at once if it is closed. */
  onClose(listener: () => void): void {
    const { closeListener } = this;
    if (this.state === 'closed') {
      listener();
      return;
    }
    this.closeListener = {
      onClose: () => {
        closeListener?.onClose();
        listener();
      },
    };
  }

  isClosed(): boolean {
    return this.state === 'closed';
  }

  /** The transport has closed. */
  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.unsubscribe(this.names);
    this.host.connectionClosed(this);
    this.closeListener?.onClose();
  }

  /** Closes the connection from this side. */
  end(reason: CloseName): void {
    this.close();
    this.sink.close(reason);
  }

  /** A channel of this connection has new messages; the hot path. */
  forward(subscription: Subscription): void {
    const { channel } = subscription;
    const { window } = channel;
    const isSimple = this.state === 'live' && channel.live && channel.epoch === this.epoch;
    if (!isSimple || subscription.position < window.floor) {
      this.forwardAll();
      return;
    }
    const batch = window.batchAfter(subscription.position, this.sink.framing);
    if (batch.count === 0) return;
    const isOnlyOne = this.subscriptions.length === 1;
    const isShared = isOnlyOne || isAloneWith(batch, subscription, this.subscriptions);
    if (!isShared || batch.count > (this.sink.batchLimit ?? Infinity)) {
      this.forwardAll();
      return;
    }
    subscription.position = window.last;
    if (!isOnlyOne) this.deliveredThrough = window.last;
    this.deliver(batch);
  }

  /** Several channels have new messages, or {@link forward} cannot take its short cut. */
  forwardAll(): void {
    if (this.state !== 'live' || !windowsCoverPositions(this.subscriptions, this.epoch)) {
      this.leaveLive();
      this.wake();
      return;
    }
    if (!this.advance(NO_PAGES)) this.wake();
  }

  /** Brings all its channels forward, in the order of the log. */
  wake(): void {
    if (this.state === 'closed' || this.state === 'full' || this.subscriptions.length === 0) return;
    if (this.pump === undefined) this.pump = new CatchUpPump(this);
    else this.pump.wake();
  }

  onLogUnavailable(): void {
    this.host.wakeLater(this);
  }

  onPumpEnded(again: boolean): void {
    this.pump = undefined;
    if (again) this.wake();
  }

  /** Delivers the next batch of what pages and windows hold; `true` when there is nothing more to do for now. */
  advance(pages: Pages): boolean {
    if (pages.size === 0 && this.advanceTogether()) return true;
    this.reportTrimmed(pages);
    const readers = new Set(this.subscriptions);
    const next = findNextBatch(readers, pages, batchLimitsOf(this.sink, this.host.resumeLimits));
    const messages = withConnectionCursors(next.messages, this.epoch, readers);
    this.deliveredThrough = next.deliveredThrough;
    advancePositions(this.subscriptions, next.deliveredThrough, pages);
    if (next.isComplete && windowsCoverPositions(this.subscriptions, this.epoch) && areAtEnd(this.subscriptions)) {
      this.enterLive();
    } else this.leaveLive();
    if (messages.length > 0) this.deliver(new Batch(messages, this.sink.framing));
    return this.state !== 'catching-up' || (messages.length === 0 && pages.size === 0);
  }

  /**
   * The short cut for one channel whose window holds all that is missing, in one write: connections that return to the same
   * position in the same turn, as all do after a cut, share its bytes. `false` when it does not apply.
   */
  private advanceTogether(): boolean {
    const [subscription] = this.subscriptions;
    if (subscription === undefined || this.subscriptions.length > 1) return false;
    const { messages, bytes } = batchLimitsOf(this.sink, this.host.resumeLimits);
    const { window, verifiedThrough, knownThrough } = subscription.channel;
    const batch = window.batchAfter(subscription.position, this.sink.framing);
    if (batch.count > messages || batch.size > bytes) return false;
    this.deliveredThrough = knownThrough;
    subscription.position = Math.max(subscription.position, verifiedThrough);
    subscription.gapReported = false;
    this.enterLive();
    if (batch.count > 0) this.deliver(batch);
    return true;
  }

  private deliver(batch: Batch): void {
    // Without a client key nothing is hidden.
    const visible = this.clientKey === undefined ? batch : batch.visibleTo(this.clientKey);
    this.host.countDelivered(visible.count);
    if (visible.count > 0 && !this.sink.write(visible)) this.markFull();
    if (visible !== batch && visible.cursor !== batch.cursor && this.sink.advanceCursor?.(batch.cursor) === false)
      this.markFull();
  }

  // `closed` is final: a sink may close the connection during a write or a reset.
  private markFull(): void {
    if (this.state !== 'closed') this.state = 'full';
  }

  private enterLive(): void {
    if (this.state === 'catching-up') this.state = 'live';
  }

  private leaveLive(): void {
    if (this.state === 'live') this.state = 'catching-up';
  }

  private join(channel: Channel, point: StartingPoint): void {
    if (isSubscribed(this.subscriptions, channel.name)) return;
    // Without a channel it follows no epoch: this channel may have another one than the channel it left.
    if (this.subscriptions.length === 0) {
      this.epoch = point.position.epoch;
      this.deliveredThrough = 0;
    }
    const position = point.positions?.get(channel.name) ?? seqIn(point.position, channel.name);
    const subscription = { connection: this, channel, position, gapReported: point.gapReported };
    channel.subscriptions.add(subscription);
    this.subscriptions = [...this.subscriptions, subscription];
  }

  /** After the message log was replaced: reports a reset and goes on with what is stored now. `false` while channels disagree. */
  adoptEpoch(): boolean {
    const { subscriptions } = this;
    const epoch = subscriptions[0]?.channel.epoch ?? this.epoch;
    if (subscriptions.some(({ channel }) => channel.epoch !== epoch)) return false;
    if (epoch === this.epoch) return true;
    this.epoch = epoch;
    this.deliveredThrough = 0;
    for (const subscription of subscriptions) Object.assign(subscription, { position: 0, gapReported: true });
    this.sendReset('epoch', this.names, this.cursor);
    return true;
  }

  /** Reports the messages that are no longer stored after a position, and goes on with those that are. */
  private reportTrimmed(pages: Pages): void {
    const channels = skipTrimmed(pages);
    if (channels.length > 0) this.sendReset('trimmed', channels, this.cursor);
  }

  private sendReset(reason: ResetReason, names: string[], cursor: string): void {
    this.host.countReset(reason);
    this.sink.sendReset({ channels: [...new Set(names.map(clientChannelOf))], reason, cursor });
  }
}
