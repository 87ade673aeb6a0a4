import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { type AppendResult, BusUnavailableError, type MessageLog, type Publication } from '@tetracast/bus';
import { type CloseName, CodedError, encodeCursor, type ResetReason, type Start } from '@tetracast/message-model';
import type { Channel } from './channels/channel';
import { ChannelRegistry } from './channels/channel-registry';
import { Connection } from './connection/connection';
import { createIdSource } from './connection/create-id';
import type { ConnectionHost, CloseListener } from './connection/connection-host';
import { FanOut } from './channels/fan-out';
import { History } from './history/history';
import { InternalSubscriber, type InternalListener } from './internal-subscriber';
import { RESUME_LIMITS, type ResumeLimits } from './delivery/resume-limits';
import type { Sink } from './sink';
import { HeartbeatWheel } from './connection/heartbeat-wheel';
import type { WindowLimits } from './channels/window';

export interface HubOptions {
  /** Most channels of one connection. Default 100. */
  readonly maxChannels?: number;
  /** Largest rewind. Default 10 000. */
  readonly maxRewind?: number;
  /** Heartbeat period of every connection. Default 15 000. */
  readonly heartbeatMs?: number;
  /** A connection is closed when its client takes none of the pending bytes for that long. Default 60 000. */
  readonly stalledMs?: number;
  /** How long a channel without readers stays subscribed. Default 10 000. */
  readonly warmMs?: number;
  /** How often the windows are compared with the message log. Default 5000. */
  readonly compareMs?: number;
  /** How long messages are collected before delivery, in ms. Default 0: see {@link FanOut}. */
  readonly fanoutWindowMs?: number;
  /** Most channels open at a time, including those that stay open without readers. Default 100 000. */
  readonly maxOpenChannels?: number;
  /** Per channel. Default 256 messages, 1 MiB. */
  readonly windowLimits?: WindowLimits;
  readonly resumeLimits?: ResumeLimits;
  /** Default: the real clocks and timers. */
  readonly runtime?: Runtime;
}

/** Sizes now, and counts since the start. */
export interface HubStats {
  readonly connections: number;
  readonly channels: number;
  readonly published: number;
  /** Messages × connections. */
  readonly delivered: number;
  /** Messages read from the message log because their announcement was missed. */
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
  readonly history: History;
  readonly createId: () => string;
  private readonly runtime: Runtime;
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
      runtime = nodeRuntime,
    } = options;
    this.runtime = runtime;
    this.createId = createIdSource(runtime);
    this.maxChannels = maxChannels;
    this.maxRewind = maxRewind;
    this.resumeLimits = resumeLimits;
    this.history = new History(messageLog, resumeLimits.bytes);
    this.fanOut = new FanOut(fanoutWindowMs, runtime);
    this.channelRegistry = new ChannelRegistry(messageLog, this.fanOut, {
      warmMs,
      compareMs,
      maxOpen: maxOpenChannels,
      windowLimits,
      resumeLimits,
      runtime,
    });
    this.wheel = new HeartbeatWheel(runtime, heartbeatMs, (connection) => {
      connection.checkHeartbeat(runtime.monotonicMs(), stalledMs);
    });
    this.sweeper = runtime
      .setInterval(() => {
        this.sweep();
      }, SWEEP_MS)
      .unref();
  }

  /**
   * A new connection without channels. `client`: the key that names its client across reconnects, by default a new one.
   * `closeListener` is called once, when the connection closes.
   */
  connect(sink: Sink, client?: string, closeListener?: CloseListener): Connection {
    const connection = new Connection(client, sink, this, closeListener);
    this.wheel.add(connection);
    return connection;
  }

  /**
   * Subscribes the gateway itself to a channel, until the function is called that it resolves with. This connection is not
   * counted, and drain does not close it. Resolves when the listener has got everything stored from `start` on.
   *
   * @throws BusUnavailableError while the message log cannot be reached; call it again then
   */
  async subscribeInternally(channel: string, start: Start, listener: InternalListener): Promise<() => void> {
    const connection = new Connection(undefined, new InternalSubscriber(listener), this);
    try {
      await connection.subscribe([channel], start);
      await connection.whenCaughtUp();
      // It also resolves when the message log became unavailable half-way.
      if (connection.state !== 'live')
        throw new BusUnavailableError('The message log became unavailable during the read');
      return () => connection.close();
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Resolves with the message's id once it is stored. @throws CodedError as the message log; BusUnavailableError when it may not be stored */
  async publish(publication: Publication): Promise<{ id: string; duplicate: boolean }> {
    this.fanOut.appendSent();
    try {
      return this.published(await this.messageLog.append(publication));
    } finally {
      this.fanOut.appendAnswered();
    }
  }

  /**
   * Publishes each in turn, in one round trip; resolves with their ids, in the same order, once all are stored; an error is why that
   * one is not.
   *
   * @throws BusUnavailableError when some may not be stored
   */
  async publishAll(publications: readonly Publication[]): Promise<({ id: string; duplicate: boolean } | CodedError)[]> {
    this.fanOut.appendSent();
    try {
      const results = await this.messageLog.appendAll(publications);
      return results.map((result) => (result instanceof CodedError ? result : this.published(result)));
    } finally {
      this.fanOut.appendAnswered();
    }
  }

  /** The connections that are subscribed to a channel in this process. */
  *readersOf(channel: string): Iterable<Connection> {
    for (const { connection } of this.channelRegistry.find(channel)?.subscriptions ?? []) yield connection;
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

  /** Closes every connection, so that its client reconnects to another process. */
  drain(reason: CloseName): void {
    // Messages announced in this turn still go out.
    this.fanOut.flush();
    for (const connection of this.wheel.members) connection.end(reason);
  }

  /** Stops the hub's timers. It does not close the bus. */
  close(): void {
    this.wheel.stop();
    this.runtime.clearInterval(this.sweeper);
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

  private published({ duplicate, ...position }: AppendResult): { id: string; duplicate: boolean } {
    if (!duplicate) this.counts.published++;
    return { id: encodeCursor(position), duplicate };
  }

  private sweep(): void {
    this.channelRegistry.sweep();
    const again = [...this.waitingForLog];
    this.waitingForLog.clear();
    for (const connection of again) connection.wake();
  }
}
