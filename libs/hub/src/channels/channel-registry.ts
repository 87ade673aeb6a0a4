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
}

/** Channels asked about in one call when windows are compared with the log. */
const COMPARE_BATCH = 500;

/**
 * The open channels of one process. It hears the bus, has what changed fanned out, and keeps the windows true: after a cut
 * and from time to time it asks the log where each channel stands.
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
  private comparedAt = performance.now();
  private positionRequest: Promise<Position> | undefined;

  constructor(
    readonly messageLog: MessageLog,
    private readonly fanOut: FanOut,
    private readonly options: ChannelRegistryOptions,
  ) {
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
        // What was asked meanwhile says nothing of what was announced until now.
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

  get resumeLimits(): ResumeLimits {
    return this.options.resumeLimits;
  }

  get announced(): number {
    return this.newest.seq;
  }

  /** Opens the channels that are not open; rejects, with none of them left half-open, when the bus cannot be reached. */
  async get(names: readonly string[]): Promise<Channel[]> {
    return Promise.all([...new Set(names)].map((name) => this.getOne(name)));
  }

  /** Where the log stands; asked once for all who ask in the same turn. */
  position(): Promise<Position> {
    return (this.positionRequest ??= new Promise((resolve, reject) => {
      setImmediate(() => {
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

  acceptAnswer(epoch: string, cuts: number): boolean {
    if (cuts !== this.interruptions) return false;
    // It looks at every channel, and nearly every connection asks something.
    if (epoch !== this.newest.epoch) this.onEpoch(epoch);
    return true;
  }

  onEpoch(epoch: string): void {
    if (epoch !== this.newest.epoch) {
      // What is asked now may still be answered by the log that was.
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

  /** Asks the log where every open channel stands; those that fell behind refill themselves. Never rejects. */
  compare(): Promise<void> {
    if (this.comparing !== undefined) {
      this.compareAgain = true;
      return this.comparing;
    }
    this.compareAgain = false;
    this.comparedAt = performance.now();
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

  /** Housekeeping, about once a second. */
  sweep(now = performance.now()): void {
    for (const channel of this.refillQueue) void channel.refill();
    this.refillQueue.clear();
    if (now - this.comparedAt >= this.options.compareMs) void this.compare();
    for (const { channel } of this.open.values()) {
      channel.window.endTurn();
      // While it opens somebody waits for it.
      const isInUse = channel.subscriptions.size > 0 || channel.epoch === '';
      if (!isInUse && now - channel.idleSince >= this.options.warmMs) this.close(channel);
    }
  }

  private close(channel: Channel): void {
    channel.closed = true;
    this.open.delete(channel.name);
    this.messageLog.unsubscribe(channel.name).catch(ignoreUnavailable);
  }

  // Async, so that it rejects and never throws: nobody would hear of what the others of one `get` become.
  private async getOne(name: string): Promise<Channel> {
    let entry = this.open.get(name);
    if (entry === undefined) {
      // Each costs memory and a subscription, and stays a while after whoever named it has gone.
      if (this.open.size >= this.options.maxOpen)
        throw new CodedError('overloaded', 'too many channels are in use now');
      const channel = new Channel(name, this);
      entry = { channel, opened: channel.open() };
      this.open.set(name, entry);
    }
    const { channel, opened } = entry;
    try {
      await opened;
    } catch (error) {
      // What the bus was asked for stays wanted until it is given up.
      if (this.open.get(name)?.channel === channel) this.close(channel);
      throw error;
    }
    channel.idleSince = performance.now();
    return channel;
  }

  private onEntry(epoch: string, entry: Entry): void {
    if (epoch !== this.newest.epoch) this.onEpoch(epoch);
    if (entry.seq > this.newest.seq) this.newest = { epoch, seq: entry.seq };
    this.open.get(entry.channel)?.channel.onAnnouncement(epoch, entry);
  }

  private async compareAll(): Promise<void> {
    // One that opens is just asking by itself.
    const all = [...this.open.values()].map(({ channel }) => channel).filter(({ epoch }) => epoch !== '');
    for (let i = 0; i < all.length; i += COMPARE_BATCH) {
      const channels = all.slice(i, i + COMPARE_BATCH);
      const { interruptions } = this;
      const { epoch, head, last } = await this.messageLog.positions(channels.map(({ name }) => name));
      // What was missed since would show in none of these numbers; the comparison after the cut will.
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
