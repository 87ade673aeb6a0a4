import type { Batch } from '@tetracast/hub';
import { type Settings } from '@tetracast/service-kit';
import { INTERNALS, type SocketOwner, SocketWriter } from '@tetracast/node-io';
import { RequestOrder } from '@tetracast/session';
import type { Socket as EngineSocket } from 'engine.io';
import { webSocketOf } from './engine';
import { isAbusive } from './engine-quota';
import type { NamespaceSlot } from '../session/namespace-slot';

type ConnectionLimits = Pick<Settings, 'highWaterMark' | 'maxInProgress'>;

const engineConnections = new WeakMap<EngineSocket, EngineConnection>();

/**
 * One Engine.IO connection, shared by all namespaces its client has open. What is pending on it is bounded on both
 * transports: bytes in the TCP socket, and packets that wait for the client's next poll.
 */
export class EngineConnection implements SocketOwner {
  readonly order: RequestOrder;
  namespaces: readonly NamespaceSlot[] = [];
  private readonly highWaterMark: number;
  private queuedPackets = 0;
  private queuedBytes = 0;
  private flushedBytes = 0;
  private writer: SocketWriter | undefined;
  private rawFull = false;
  private waiting: (() => void)[] = [];

  static of(connection: EngineSocket, limits: ConnectionLimits): EngineConnection {
    let known = engineConnections.get(connection);
    if (known === undefined) engineConnections.set(connection, (known = new EngineConnection(connection, limits)));
    return known;
  }

  private constructor(
    private readonly connection: EngineSocket,
    { highWaterMark, maxInProgress }: ConnectionLimits,
  ) {
    this.highWaterMark = highWaterMark;
    this.order = new RequestOrder(maxInProgress, this);
    connection.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
      this.queuedPackets++;
      this.queuedBytes += data?.length ?? 0;
    });
    connection.on('drain', () => {
      this.flushedBytes += this.queuedBytes;
      this.queuedPackets = 0;
      this.queuedBytes = 0;
      this.regulate();
    });
    // Not `once`, here and wherever an event comes once: that keeps three objects more.
    connection.on('close', () => {
      for (const { leave } of this.namespaces) leave();
      this.regulate();
    });
  }

  /**
   * Whether a socket id is in use here. It comes from the client, in its private id, and Socket.IO, which knows the clients of a
   * connection by their socket ids, ends only one of two that have the same.
   */
  has(socketId: string): boolean {
    return this.namespaces.some((namespace) => namespace.socketId === socketId);
  }

  get isOpen(): boolean {
    return this.connection.readyState === 'open';
  }

  /** Whether it is about to be closed, since its client went on in spite of refusals. */
  get isAbusive(): boolean {
    return isAbusive(this.connection);
  }

  /**
   * Whether frames may go straight to the TCP socket: on a WebSocket, and only while Engine.IO holds nothing back that
   * must come first, as it does during an upgrade.
   */
  get isDirect(): boolean {
    const { connection } = this;
    const isWebSocket = INTERNALS.engineWebSocket && connection.transport.name === 'websocket';
    return isWebSocket && this.queuedPackets === 0 && this.isOpen;
  }

  /** Writes whole WebSocket frames; only while {@link isDirect}. `false` above the high-water mark. */
  writeFrames(batch: Batch): boolean {
    this.rawFull = this.socketWriter()?.write(batch.bytes) === false;
    return !this.isFull;
  }

  /** Hands packets to Engine.IO, which keeps them until its transport can take them. `false` above the high-water mark. */
  writePackets(batch: Batch): boolean {
    for (const packet of batch.frames) this.connection.write(packet.toString());
    return !this.isFull;
  }

  /** Hands over one packet, whatever is pending. */
  send(packet: string): void {
    this.connection.write(packet);
  }

  /** Has `onRoom` called once, when less than the high-water mark is pending and not too much is in progress. */
  onceWritable(onRoom: () => void): void {
    if (!this.waiting.includes(onRoom)) this.waiting.push(onRoom);
  }

  /** Resolves when the client's next request may be read, or when the connection is closed. */
  async whenWritable(): Promise<void> {
    while (this.isOpen && this.isBusy) await new Promise<void>((resolve) => this.onceWritable(resolve));
  }

  /** Stops reading from a WebSocket while the connection is busy; polling requests wait for {@link whenWritable} instead. */
  regulate(): void {
    const websocket = webSocketOf(this.connection)?.websocket;
    const pause = this.isOpen && this.isBusy;
    if (websocket !== undefined && websocket.isPaused !== pause) {
      if (pause) websocket.pause();
      else websocket.resume();
    }
    if (this.isOpen && this.isFull) return;
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    for (const onRoom of waiting) onRoom();
  }

  /** Bytes that the client has taken, and that wait for it. */
  get taken(): number {
    return this.flushedBytes + (this.writer?.bytesTaken ?? 0);
  }

  get pending(): number {
    return this.queuedBytes + (this.writer?.bytesPending ?? 0);
  }

  /** Closes the connection so that the stock client reconnects by itself; `now`: without waiting for pending bytes. */
  close(now = false): void {
    this.connection.close(now);
  }

  onDrain(): void {
    this.rawFull = false;
    this.regulate();
  }

  onClose(): void {
    this.onDrain();
  }

  private get isFull(): boolean {
    return this.rawFull || this.queuedBytes > this.highWaterMark;
  }

  private get isBusy(): boolean {
    return this.isFull || this.order.full;
  }

  private socketWriter(): SocketWriter | undefined {
    if (this.writer !== undefined) return this.writer;
    const found = webSocketOf(this.connection);
    if (found === undefined) return undefined;
    return (this.writer = new SocketWriter(found.socket, this.highWaterMark, this));
  }
}
