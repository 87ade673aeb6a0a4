import { BusUnavailableError, type MessageLog, type Publication } from '@tetracast/bus';
import { type CloseName, encodeCursor, type ResetReason, type Start } from '@tetracast/message-model';
import type { Channel } from './channels/channel';
import { ChannelRegistry } from './channels/channel-registry';
import { Connection } from './connection/connection';
import type { ConnectionHost, CloseListener } from './connection/connection-host';
import { FanOut } from './channels/fan-out';
import { InternalSubscriber, type InternalListener } from './internal-subscriber';
import { RESUME_LIMITS, type ResumeLimits } from './delivery/resume-limits';
import type { Sink } from './sink';
import { HeartbeatWheel } from './connection/heartbeat-wheel';
import type { WindowLimits } from './channels/window';

export interface HubOptions {
  /** Channels of one connection at the most. Default 100. */
  readonly maxChannels?: number;
  /** Largest rewind. Default 10 000. */
  readonly maxRewind?: number;
  /** Heartbeat period of every line. Default 15 000. */
  readonly heartbeatMs?: number;
  /** A line whose peer has taken nothing for that long, though there was something, is ended. Default 60 000. */
  readonly stalledMs?: number;
  /** How long a channel without readers stays subscribed. Default 10 000. */
  readonly warmMs?: number;
  /** How often the windows are compared with the log. Default 5000. */
  readonly compareMs?: number;
  /** How long messages are collected before they are handed over, in ms. Default 0: see {@link FanOut}. */
  readonly fanoutWindowMs?: number;
  /** Most channels open at a time, those without readers that are kept warm included. Default 100 000. */
  readonly maxOpenChannels?: number;
  /** Per channel. Default 256 messages, 1 MiB. */
  readonly windowLimits?: WindowLimits;
  readonly resumeLimits?: ResumeLimits;
}

/** Sizes now, and counts since the start. */
export interface HubStats {
  readonly connections: number;
  readonly channels: number;
  readonly published: number;
  /** Messages × connections. */
  readonly delivered: number;
  /** Messages read from the log because their announcement was missed. */
  readonly refilled: number;
  readonly resets: Readonly<Record<ResetReason, number>>;
}

const SWEEP_MS = 1000;

/** Fan-out inside one process: one bus subscription and one window per channel, a cursor per connection. */
export class Hub implements ConnectionHost {
  readonly maxChannels: number;
  readonly maxRewind: number;
  readonly resumeLimits: ResumeLimits;
  readonly channelRegistry: ChannelRegistry;
  private readonly fanOut: FanOut;
  private readonly waitingForLog = new Set<Connection>();
  private readonly wheel: HeartbeatWheel<Connection>;
  private readonly sweeper: NodeJS.Timeout;
  private readonly counts = { published: 0, delivered: 0 };
  private readonly resets: Record<ResetReason, number> = { trimmed: 0, epoch: 0, ahead: 0, invalid: 0 };

  constructor(
    private readonly messageLog: MessageLog,
    options: HubOptions = {},
  ) {
    const {
      maxChannels = 100,
      maxRewind = 10_000,
      heartbeatMs = 15_000,
      stalledMs = 60_000,
      warmMs = 10_000,
      compareMs = 5000,
      fanoutWindowMs = 0,
      maxOpenChannels = 100_000,
      windowLimits = { messages: 256, bytes: 1024 * 1024 },
      resumeLimits = RESUME_LIMITS,
    } = options;
    this.maxChannels = maxChannels;
    this.maxRewind = maxRewind;
    this.resumeLimits = resumeLimits;
    this.fanOut = new FanOut(fanoutWindowMs);
    this.channelRegistry = new ChannelRegistry(messageLog, this.fanOut, {
      warmMs,
      compareMs,
      maxOpen: maxOpenChannels,
      windowLimits,
      resumeLimits,
    });
    this.wheel = new HeartbeatWheel(heartbeatMs, (connection) => {
      connection.checkHeartbeat(performance.now(), stalledMs);
    });
    this.sweeper = setInterval(() => {
      this.sweep();
    }, SWEEP_MS).unref();
  }

  /**
   * A new connection without channels; `client` names its client across reconnects, one is made up if it is absent. `left` is
   * told once, when it has ended.
   */
  connect(sink: Sink, client?: string, left?: CloseListener): Connection {
    const connection = new Connection(client, sink, this, left);
    this.wheel.add(connection);
    return connection;
  }

  /**
   * Hears the messages of a channel of the gateway's own for as long as the hub lives: it is no client's connection, is not
   * counted and not drained. Resolves when what is stored from `start` on has been heard.
   *
   * @throws BusUnavailableError while the log cannot be reached; to be called again
   */
  async subscribeInternally(channel: string, start: Start, following: InternalListener): Promise<void> {
    const follower = new Connection(undefined, new InternalSubscriber(following), this);
    try {
      await follower.subscribe([channel], start);
      await follower.whenCaughtUp();
      // It settles as well when the log went away in the middle.
      if (follower.state !== 'live') throw new BusUnavailableError('the log went away while it was read');
    } catch (error) {
      follower.close();
      throw error;
    }
  }

  /** Resolves with the message's id once it is stored. @throws BusUnavailableError when nothing is known to be stored */
  async publish(publication: Publication): Promise<{ id: string; duplicate: boolean }> {
    this.fanOut.appendSent();
    try {
      const { duplicate, ...position } = await this.messageLog.append(publication);
      if (!duplicate) this.counts.published++;
      return { id: encodeCursor(position), duplicate };
    } finally {
      this.fanOut.appendAnswered();
    }
  }

  get stats(): HubStats {
    return {
      ...this.counts,
      connections: this.wheel.size,
      channels: this.channelRegistry.size,
      refilled: this.channelRegistry.refilledMessages,
      resets: { ...this.resets },
    };
  }

  /** Ends every line, so that its client comes back elsewhere. */
  drain(reason: CloseName): void {
    // What was announced in this turn still goes out.
    this.fanOut.flush();
    for (const connection of this.wheel.members) connection.end(reason);
  }

  /** Stops the hub's timers; it does not close the bus. */
  close(): void {
    this.wheel.stop();
    clearInterval(this.sweeper);
  }

  openChannels(names: readonly string[]): Promise<Channel[]> {
    return this.channelRegistry.get(names);
  }

  wakeLater(connection: Connection): void {
    this.waitingForLog.add(connection);
  }

  connectionClosed(connection: Connection): void {
    this.waitingForLog.delete(connection);
    this.wheel.remove(connection);
  }

  countDelivered(messages: number): void {
    this.counts.delivered += messages;
  }

  countReset(reason: ResetReason): void {
    this.resets[reason]++;
  }

  private sweep(): void {
    this.channelRegistry.sweep();
    const again = [...this.waitingForLog];
    this.waitingForLog.clear();
    for (const connection of again) connection.wake();
  }
}
