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
 * One Engine.IO connection with all namespaces that its client has open. Its pending bytes are bounded on both transports: those in
 * the TCP socket, and those of packets that wait for the next poll.
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
    // Not `once`, although the event comes once: that would keep three more objects.
    connection.on('close', () => {
      for (const { leave } of this.namespaces) leave();
      this.regulate();
    });
  }

  /**
   * Whether a namespace of this connection has the socket id, which a client sends in its private id. Socket.IO finds the clients of a
   * connection by their socket ids, so two of them must not have the same.
   */
  has(socketId: string): boolean {
    return this.namespaces.some((namespace) => namespace.socketId === socketId);
  }

  get isOpen(): boolean {
    return this.connection.readyState === 'open';
  }

  /** Whether the server closes it because its client ignored refusals. */
  get isAbusive(): boolean {
    return isAbusive(this.connection);
  }

  /**
   * Whether frames may be written to the TCP socket: only on a WebSocket, and while Engine.IO has no queued packets, which must come
   * first, as during an upgrade.
   */
  get isDirect(): boolean {
    const { connection } = this;
    const isWebSocket = INTERNALS.engineWebSocket && connection.transport.name === 'websocket';
    return isWebSocket && this.queuedPackets === 0 && this.isOpen;
  }

  /** Writes whole WebSocket frames; call it only while {@link isDirect}. `false` above the high-water mark. */
  writeFrames(batch: Batch): boolean {
    this.rawFull = this.socketWriter()?.write(batch.bytes) === false;
    return !this.isFull;
  }

  /** Gives packets to Engine.IO, which queues them for its transport. `false` above the high-water mark. */
  writePackets(batch: Batch): boolean {
    for (const packet of batch.frames) this.connection.write(packet.toString());
    return !this.isFull;
  }

  /** Sends one packet, also above the high-water mark. */
  send(packet: string): void {
    this.connection.write(packet);
  }

  /** Calls `onRoom` once, when fewer bytes than the high-water mark are pending and not too many requests are in progress. */
  onceWritable(onRoom: () => void): void {
    if (!this.waiting.includes(onRoom)) this.waiting.push(onRoom);
  }

  /** Resolves when the server may read the next request of the client, or when the connection is closed. */
  async whenWritable(): Promise<void> {
    while (this.isOpen && this.isBusy) await new Promise<void>((resolve) => this.onceWritable(resolve));
  }

  /** Stops reading from a WebSocket while the connection is busy. Polling requests wait for {@link whenWritable} instead. */
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

  /** Bytes that the client has taken. */
  get bytesTaken(): number {
    return this.flushedBytes + (this.writer?.bytesTaken ?? 0);
  }

  /** Bytes that wait for the client. */
  get bytesPending(): number {
    return this.queuedBytes + (this.writer?.bytesPending ?? 0);
  }

  /** Closes the connection so that the stock client reconnects. `now`: does not wait for pending bytes. */
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
