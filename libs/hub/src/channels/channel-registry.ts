import type { Runtime } from '@tetracast/node-io/runtime';
import { BusUnavailableError, type Entry, type MessageLog } from '@tetracast/bus';
import { CodedError, type Position } from '@tetracast/message-model';
import { Channel, type ChannelHost } from './channel';
import type { FanOut } from './fan-out';
import type { ResumeLimits } from '../delivery/resume-limits';
import type { WindowLimits } from './window';

export interface ChannelRegistryOptions {
  readonly warmMs: number;
  readonly compareMs: number;
  readonly maxOpen: number;
  readonly windowLimits: WindowLimits;
  readonly resumeLimits: ResumeLimits;
  readonly runtime: Runtime;
}

/** Channels in one call when the windows are compared with the message log. */
const COMPARE_BATCH = 500;

/**
 * The open channels of one process. It receives the announcements, passes the channels that changed to the fan-out, and keeps
 * the windows complete: after every interruption and periodically it compares them with the message log.
 */
export class ChannelRegistry implements ChannelHost {
  refilledMessages = 0;
  interruptions = 0;
  isInterrupted = false;
  private readonly open = new Map<string, { readonly channel: Channel; readonly opened: Promise<void> }>();
  private readonly refillQueue = new Set<Channel>();
  private newest: Position = { epoch: '', seq: 0 };
  private comparing: Promise<void> | undefined;
  private compareAgain = false;
  private comparedAt: number;
  private positionRequest: Promise<Position> | undefined;

  constructor(
    readonly messageLog: MessageLog,
    private readonly fanOut: FanOut,
    private readonly options: ChannelRegistryOptions,
  ) {
    this.comparedAt = options.runtime.monotonicMs();
    messageLog.listen({
      onAnnouncement: (epoch, entry) => {
        this.onEntry(epoch, entry);
      },
      onInterrupted: () => {
        this.interruptions++;
        this.isInterrupted = true;
        for (const { channel } of this.open.values()) channel.suspend();
      },
      onResubscribed: () => {
        // Answers to requests sent before now may lack messages announced during the interruption.
        this.interruptions++;
        this.isInterrupted = false;
        void this.compare();
      },
    });
  }

  get size(): number {
    return this.open.size;
  }

  get windowLimits(): WindowLimits {
    return this.options.windowLimits;
  }

  get runtime(): Runtime {
    return this.options.runtime;
  }

  get resumeLimits(): ResumeLimits {
    return this.options.resumeLimits;
  }

  get announced(): number {
    return this.newest.seq;
  }

  /** A channel that is open. */
  find(name: string): Channel | undefined {
    return this.open.get(name)?.channel;
  }

  /** Opens the channels that are not open. @throws BusUnavailableError, and leaves none of them half-open */
  async get(names: readonly string[]): Promise<Channel[]> {
    return Promise.all([...new Set(names)].map((name) => this.getOne(name)));
  }

  /** The position of the message log now; one request for all callers of the same turn. */
  position(): Promise<Position> {
    return (this.positionRequest ??= new Promise((resolve, reject) => {
      this.runtime.setImmediate(() => {
        this.positionRequest = undefined;
        const { interruptions } = this;
        this.messageLog.positions([]).then(({ epoch, head }) => {
          resolve(this.acceptAnswer(epoch, interruptions) ? { epoch, seq: head } : this.position());
        }, reject);
      });
    }));
  }

  onChanged(channel: Channel): void {
    this.fanOut.add(channel);
  }

  acceptAnswer(epoch: string, interruptionsAtRequest: number): boolean {
    if (interruptionsAtRequest !== this.interruptions) return false;
    // `onEpoch` visits every channel, and nearly every connection comes here.
    if (epoch !== this.newest.epoch) this.onEpoch(epoch);
    return true;
  }

  onEpoch(epoch: string): void {
    if (epoch !== this.newest.epoch) {
      // The former log may still answer requests that are under way.
      if (this.newest.epoch !== '') this.interruptions++;
      this.newest = { epoch, seq: 0 };
    }
    for (const { channel } of this.open.values()) {
      if (channel.epoch !== '' && channel.epoch !== epoch) void channel.refill();
    }
  }

  refillLater(channel: Channel): void {
    this.refillQueue.add(channel);
  }

  onRefilled(messages: number): void {
    this.refilledMessages += messages;
    void this.compare();
  }

  /** Compares every open channel with the message log; those that fell behind refill themselves. Never rejects. */
  compare(): Promise<void> {
    if (this.comparing !== undefined) {
      this.compareAgain = true;
      return this.comparing;
    }
    this.compareAgain = false;
    this.comparedAt = this.runtime.monotonicMs();
    this.comparing = this.compareAll()
      .catch((error: unknown) => {
        if (!(error instanceof BusUnavailableError)) throw error;
        this.comparedAt = 0;
      })
      .finally(() => {
        this.comparing = undefined;
        if (this.compareAgain) void this.compare();
      });
    return this.comparing;
  }

  /** Housekeeping; the hub calls it about once a second. */
  sweep(now = this.runtime.monotonicMs()): void {
    for (const channel of this.refillQueue) void channel.refill();
    this.refillQueue.clear();
    if (now - this.comparedAt >= this.options.compareMs) void this.compare();
    for (const { channel } of this.open.values()) {
      channel.window.endTurn();
      // A channel without an epoch is still opening, and a subscription waits for it.
      const isInUse = channel.subscriptions.size > 0 || channel.epoch === '';
      if (!isInUse && now - channel.idleSince >= this.options.warmMs) this.close(channel);
    }
  }

  private close(channel: Channel): void {
    channel.closed = true;
    this.open.delete(channel.name);
    this.messageLog.unsubscribe(channel.name).catch(ignoreUnavailable);
  }

  // Async, so that it never throws: a throw in `get` would leave the other rejections unhandled.
  private async getOne(name: string): Promise<Channel> {
    let entry = this.open.get(name);
    if (entry === undefined) {
      // An open channel costs memory and a subscription, also for a while after its last reader.
      if (this.open.size >= this.options.maxOpen)
        throw new CodedError('overloaded', 'too many channels are in use now; try again later');
      const channel = new Channel(name, this);
      entry = { channel, opened: channel.open() };
      this.open.set(name, entry);
    }
    const { channel, opened } = entry;
    try {
      await opened;
    } catch (error) {
      // The bus retries a failed subscription until it is unsubscribed.
      if (this.open.get(name)?.channel === channel) this.close(channel);
      throw error;
    }
    channel.idleSince = this.runtime.monotonicMs();
    return channel;
  }

  private onEntry(epoch: string, entry: Entry): void {
    if (epoch !== this.newest.epoch) this.onEpoch(epoch);
    if (entry.seq > this.newest.seq) this.newest = { epoch, seq: entry.seq };
    this.open.get(entry.channel)?.channel.onAnnouncement(epoch, entry);
  }

  private async compareAll(): Promise<void> {
    // A channel that is opening asks for its position itself.
    const all = [...this.open.values()].map(({ channel }) => channel).filter(({ epoch }) => epoch !== '');
    for (let i = 0; i < all.length; i += COMPARE_BATCH) {
      const channels = all.slice(i, i + COMPARE_BATCH);
      const { interruptions } = this;
      const { epoch, head, last } = await this.messageLog.positions(channels.map(({ name }) => name));
      // These numbers do not show what was missed since; the comparison after the interruption does.
      if (this.isInterrupted || interruptions !== this.interruptions) return;
      this.onEpoch(epoch);
      channels.forEach((channel, k) => {
        channel.verify(epoch, last[k] ?? 0, head);
      });
    }
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof BusUnavailableError)) throw error;
}
