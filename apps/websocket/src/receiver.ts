import type { CloseName, CodedError } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { SocketOwner } from '@tetracast/node-io';
import { RequestOrder, type Session, toCodedError } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { WebSocketSink } from './websocket-sink';

/** What the URL of a handshake asks for. */
export type Query = Readonly<Record<string, unknown>>;

/**
 * The receiving half of one WebSocket: it opens the session, serves what the client sends in its order, and stops reading while
 * too much of that is in progress.
 */
export abstract class Receiver<S extends WebSocketSink = WebSocketSink> implements SocketOwner {
  protected readonly order: RequestOrder;
  /** Absent until the handshake's rate is spent and its connection is counted. */
  protected session: Session | undefined;

  constructor(
    protected readonly service: Tetracast,
    protected readonly websocket: WebSocket,
    protected readonly sink: S,
    private readonly logger: FastifyBaseLogger,
  ) {
    this.order = new RequestOrder(service.settings.maxInProgress, this);
  }

  /** Opens the session that the URL asks for, with the token of the handshake; what the client sends meanwhile waits for it. */
  open(handshake: IncomingMessage, query: Query): void {
    this.order.runAlone(() => this.begin(handshake, query).catch((error: unknown) => this.refuseAndEnd(error)));
  }

  abstract onFrame(data: RawData, isBinary: boolean): void;

  onDrain(): void {
    this.session?.connection.onDrain();
    this.regulate();
  }

  onClose(): void {
    this.session?.close();
  }

  /** Stops reading while too much is in progress, or while the client does not take the answers it has; else goes on. */
  regulate(): void {
    const pause = this.order.full || this.sink.isFull;
    if (pause === this.websocket.isPaused) return;
    if (pause) this.websocket.pause();
    else this.websocket.resume();
  }

  protected abstract begin(handshake: IncomingMessage, query: Query): Promise<void>;

  /** The client cannot have what it asked for, and the connection ends. */
  protected abstract refuseAndEnd(error: unknown): void;

  protected refusalFor(error: unknown): CodedError {
    const refusal = toCodedError(error);
    if (refusal.code === 'internal') this.logger.error({ err: error }, 'a WebSocket frame failed');
    return refusal;
  }

  protected end(name: CloseName, reason?: string): void {
    this.session?.close();
    this.sink.close(name, reason);
  }

  protected get isOpen(): boolean {
    return this.websocket.readyState === this.websocket.OPEN;
  }
}
