import { BusUnavailableError } from '@tetracast/bus';
import type { CloseName, Position, ResetReason, Start } from '@tetracast/message-model';
import { encodeCursor, seqIn } from '@tetracast/message-model';
import { Batch } from '../channels/batch';
import type { Channel, FramedPage } from '../channels/channel';
import type { ConnectionHost, CloseListener } from './connection-host';
import { createId } from './create-id';
import { encodeConnectionCursor, slowestPosition, withConnectionCursors } from './connection-cursor';
import { areAtEnd, advancePositions, readNextPage, skipTrimmed, windowsCoverPositions } from '../delivery/catch-up';
import type { Sink } from '../sink';
import { openAndFindStart, requireAllowedRewind, type StartingPoint } from './starting-point';
import { StallWatch } from './stall-watch';
import { findNextBatch, batchLimitsOf } from '../delivery/next-batch';
import { isSubscribed, selectSubscriptions, requireRoomForChannels, type Subscription } from './subscription';

/**
 * A subscriber: a cursor over the log, not a queue. While it is `live` each turn's messages are handed to its sink as one
 * shared batch; when its sink is full, or it starts in the past, it reads on by itself, from the window or from the log.
 */
export class Connection {
  /** Replaced when it changes. Mostly there is one, for which a `Map` is five times as large. */
  private subscriptions: readonly Subscription[] = [];
  private epoch = '';
  /** Where it stands while it has no channel. */
  private startPosition: Position = { epoch: '', seq: 0 };
  /** Nothing up to here is known that was not handed over, in any channel that is at its end. */
  private deliveredThrough = 0;
  private live = false;
  private full = false;
  private closed = false;
  private readonly stall = new StallWatch();
  private pumping: Promise<void> | undefined;
  private pumpAgain = false;

  private lazyId: string | undefined;

  constructor(
    private clientKey: string | undefined,
    readonly sink: Sink,
    private readonly host: ConnectionHost,
    private closeListener?: CloseListener,
  ) {}

  // Made when they are asked for, which a poll and a stream never do where there are no tokens.
  get id(): string {
    return (this.lazyId ??= createId());
  }

  /** Names its client across reconnects. */
  get client(): string {
    return (this.clientKey ??= createId());
  }

  /** Names the client, before the connection subscribes to anything. */
  set client(key: string) {
    this.clientKey = key;
  }

  /**
   * Subscribes to the channels it is not subscribed to yet. `begun` is called with the cursor the subscription starts
   * from, before anything of it is written. Resolves then; messages follow as fast as the sink takes them.
   *
   * @throws CodedError `too_many_channels`, `invalid_request` for a rewind that is too long; BusUnavailableError while the log cannot be reached
   */
  async subscribe(names: readonly string[], start: Start, begun?: (cursor: string) => void): Promise<void> {
    requireAllowedRewind(start, this.host.maxRewind);
    requireRoomForChannels(this.subscriptions, names, this.host.maxChannels);
    const open = (): Promise<Channel[]> =>
      this.host.openChannels(names.filter((name) => !isSubscribed(this.subscriptions, name)));
    const { channels, point } = await openAndFindStart(open, start, this.host.channelRegistry);
    if (this.isClosed()) return;
    requireRoomForChannels(this.subscriptions, names, this.host.maxChannels);
    this.startPosition = point.position;
    for (const channel of channels) this.join(channel, point);
    begun?.(this.cursor);
    const opened = channels.map(({ name }) => name);
    if (point.reset !== undefined && opened.length > 0) this.sendReset(point.reset, opened, this.cursor);
    this.live = false;
    this.wake();
  }

  /** @throws CodedError `too_many_channels` for more names than it can have channels */
  unsubscribe(names: readonly string[]): void {
    const left = selectSubscriptions(this.subscriptions, names, this.host.maxChannels);
    this.subscriptions = this.subscriptions.filter((subscription) => !left.includes(subscription));
    for (const subscription of left) subscription.channel.removeSubscription(subscription);
  }

  /** The sink has room again. */
  onDrain(): void {
    this.full = false;
    this.wake();
  }

  /** Once a heartbeat period: sends the line's heartbeat, or ends a line whose peer has taken nothing for `stalledMs`. */
  checkHeartbeat(now: number, stalledMs: number): void {
    if (this.stall.isStalled(this.sink, now, stalledMs)) this.end('stalled');
    // A full line has enough to say already.
    else if (!this.full) this.sink.sendHeartbeat?.();
  }

  /** Resolves when all there is has been handed over, or the sink is full, or the log is away. */
  async whenCaughtUp(): Promise<void> {
    while (this.pumping !== undefined) await this.pumping;
  }

  /** Whether all there was has been handed over, and what comes will be. */
  get isLive(): boolean {
    return this.live;
  }

  /** From where its client would go on: everything up to here was handed over, in all its channels. */
  get cursor(): string {
    const { subscriptions } = this;
    if (subscriptions.length === 0) return encodeCursor(this.startPosition);
    return encodeConnectionCursor(this.epoch, slowestPosition(subscriptions, this.deliveredThrough), subscriptions);
  }

  /** The names of the channels it is subscribed to. */
  get channels(): string[] {
    return this.subscriptions.map(({ channel }) => channel.name);
  }

  /** Has `listener` called, after those before it, once the line is gone or has been ended; at once if it is already. */
  onClose(listener: () => void): void {
    const { closeListener } = this;
    if (this.closed) {
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

  /** The line is gone. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.live = false;
    this.unsubscribe(this.channels);
    this.host.connectionClosed(this);
    this.closeListener?.onClose();
  }

  /** Ends the line from this side. */
  end(reason: CloseName): void {
    this.close();
    this.sink.close(reason);
  }

  /** A channel of this connection has news; the hot path. */
  forward(subscription: Subscription): void {
    const { channel } = subscription;
    const { window } = channel;
    const isSimple = this.live && this.subscriptions.length === 1 && channel.live && channel.epoch === this.epoch;
    if (!isSimple || subscription.position < window.floor) {
      this.forwardAll();
      return;
    }
    const batch = window.batchAfter(subscription.position, this.sink.framing);
    if (batch.count === 0) return;
    if (batch.count > (this.sink.batchLimit ?? Infinity)) {
      this.forwardAll();
      return;
    }
    subscription.position = window.last;
    this.deliver(batch);
  }

  /** Several channels have news, or the simple way is closed. */
  forwardAll(): void {
    if (!this.live || !windowsCoverPositions(this.subscriptions, this.epoch)) {
      this.live = false;
      this.wake();
      return;
    }
    if (!this.advance(new Map())) this.wake();
  }

  /** Brings all its channels forward, in the log's order. */
  wake(): void {
    if (this.closed || this.full || this.subscriptions.length === 0) return;
    if (this.pumping !== undefined) {
      this.pumpAgain = true;
      return;
    }
    this.pumping = this.pump()
      .catch((error: unknown) => {
        if (!(error instanceof BusUnavailableError)) throw error;
        this.host.wakeLater(this);
      })
      .finally(() => {
        this.pumping = undefined;
        if (this.pumpAgain) {
          this.pumpAgain = false;
          this.wake();
        }
      });
  }

  private async pump(): Promise<void> {
    let known: ReadonlyMap<Subscription, FramedPage> = new Map();
    for (;;) {
      this.pumpAgain = false;
      await this.settleChannels();
      if (this.shouldStop()) return;
      const subscriptions = this.subscriptions;
      if (!subscriptions.every(({ channel }) => channel.live)) return;
      if (!this.adoptEpoch(subscriptions)) return;
      const below = subscriptions.filter(({ position, channel }) => position < channel.window.floor);
      const pages = await Promise.all(below.map((subscription) => readNextPage(subscription, known, below.length)));
      if (this.shouldStop()) return;
      if (pages.some(({ epoch }) => epoch !== this.epoch)) continue;
      if (below.some((subscription) => !this.subscriptions.includes(subscription))) continue;
      known = new Map(below.map((subscription, i) => [subscription, pages[i] as FramedPage]));
      // While the log was read a window may have moved on, fallen behind or been replaced.
      if (!windowsCoverPositions(this.subscriptions, this.epoch, known)) continue;
      if (this.advance(known)) return;
    }
  }

  // Methods, not fields, where an `await` stands before: what was true before it need not be true after.
  /** Whether the line is gone, or was ended: nothing is to be done for it any more. */
  isClosed(): boolean {
    return this.closed;
  }

  private shouldStop(): boolean {
    return this.closed || this.full;
  }

  private async settleChannels(): Promise<void> {
    for (const { channel } of this.subscriptions) if (!channel.live) await channel.whenFilled();
  }

  /** Hands over one step of what pages and windows hold; `true` when there is nothing more to do for now. */
  private advance(pages: ReadonlyMap<Subscription, FramedPage>): boolean {
    if (pages.size === 0 && this.advanceTogether()) return true;
    this.sendTrimmed(pages);
    const readers = new Set(this.subscriptions);
    const {
      deliveredThrough,
      isComplete,
      messages: plain,
    } = findNextBatch(readers, pages, batchLimitsOf(this.sink, this.host.resumeLimits));
    const messages = withConnectionCursors(plain, this.epoch, readers);
    this.deliveredThrough = deliveredThrough;
    advancePositions(this.subscriptions, deliveredThrough, pages);
    this.live = isComplete && windowsCoverPositions(this.subscriptions, this.epoch) && areAtEnd(this.subscriptions);
    if (messages.length > 0) this.deliver(new Batch(messages, this.sink.framing));
    return this.live || this.full || (messages.length === 0 && pages.size === 0);
  }

  /**
   * The one channel's window holds all that is missing, and one write may carry it: those who come back to the same place
   * in the same turn, as all do after a cut, share its bytes. `false` when it is not that simple.
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
    this.live = true;
    if (batch.count > 0) this.deliver(batch);
    return true;
  }

  private deliver(batch: Batch): void {
    // Nothing is hidden from a client that nobody knows by name.
    const visible = this.clientKey === undefined ? batch : batch.visibleTo(this.clientKey);
    this.host.countDelivered(visible.count);
    if (visible.count > 0 && !this.sink.write(visible)) this.markFull();
    if (visible !== batch && visible.cursor !== batch.cursor && this.sink.advanceCursor?.(batch.cursor) === false)
      this.markFull();
  }

  /** The sink takes no more for now. */
  private markFull(): void {
    this.full = true;
    this.live = false;
  }

  private join(channel: Channel, point: StartingPoint): void {
    if (isSubscribed(this.subscriptions, channel.name)) return;
    // Without a channel it follows no log: the one it joins now may be another than the one it left.
    if (this.subscriptions.length === 0) {
      this.epoch = point.position.epoch;
      this.deliveredThrough = 0;
    }
    const position = point.positions?.get(channel.name) ?? seqIn(point.position, channel.name);
    const subscription = { connection: this, channel, position, gapReported: point.gapReported };
    channel.subscriptions.add(subscription);
    this.subscriptions = [...this.subscriptions, subscription];
  }

  /** The log was replaced: what is stored now follows, after the client was told. `false` while channels disagree. */
  private adoptEpoch(subscriptions: readonly Subscription[]): boolean {
    const epoch = subscriptions[0]?.channel.epoch ?? this.epoch;
    if (subscriptions.some(({ channel }) => channel.epoch !== epoch)) return false;
    if (epoch === this.epoch) return true;
    this.epoch = epoch;
    this.deliveredThrough = 0;
    for (const subscription of subscriptions) Object.assign(subscription, { position: 0, gapReported: true });
    this.sendReset('epoch', this.channels, this.cursor);
    return true;
  }

  /** Messages right after the position are gone: says so and goes on with what is left. */
  private sendTrimmed(pages: ReadonlyMap<Subscription, FramedPage>): void {
    const told = skipTrimmed(pages);
    if (told.length > 0) this.sendReset('trimmed', told, this.cursor);
  }

  private sendReset(reason: ResetReason, channels: string[], cursor: string): void {
    this.host.countReset(reason);
    this.sink.sendReset({ channels, reason, cursor });
  }
}
