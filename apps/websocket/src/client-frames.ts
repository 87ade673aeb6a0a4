import type { Connection } from '@tetracast/hub';
import type { ClientFrame, Ref } from '@tetracast/message-model';
import { closeNameOf, CodedError, parseClientFrame, parseStart } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { SocketOwner } from '@tetracast/node-io';
import {
  type ClientQuota,
  describePermissions,
  publishValid,
  RequestOrder,
  type SubscriptionRequest,
  toCodedError,
} from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import { Admission } from './admission';
import type { WebSocketSink } from './websocket-sink';

/** Bad frames in a row before the line is cut. */
const BAD_FRAMES_MAX = 20;

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

/** Does what a client's frames ask for, in their order, and answers each. */
export class ClientFrames implements SocketOwner {
  private readonly order: RequestOrder;
  private badFrames = 0;
  private isClientMadeUp = false;
  private readonly admission: Admission;

  constructor(
    private readonly service: Tetracast,
    private readonly connection: Connection,
    private readonly websocket: WebSocket,
    private readonly sink: WebSocketSink,
    private readonly quota: ClientQuota,
    private readonly log: FastifyBaseLogger,
  ) {
    this.order = new RequestOrder(service.settings.maxInProgress, this);
    this.admission = new Admission(service, connection, sink, quota);
  }

  /** What the URL asks for, with the token the handshake brought; frames that come meanwhile wait for it. */
  open(request: SubscriptionRequest, token: string | undefined): void {
    this.isClientMadeUp = request.client === undefined;
    this.order.runAlone(() => this.admission.begin(request, token).catch((error: unknown) => this.end(error)));
  }

  onFrame(data: RawData, isBinary: boolean): void {
    if (this.websocket.readyState !== this.websocket.OPEN) return;
    if (isBinary) {
      this.refuseBad({ code: 'invalid_frame', message: 'a binary frame; frames of this protocol are text' });
      return;
    }
    const parsed = parseClientFrame((data as Buffer).toString());
    if (!parsed.ok) {
      this.refuseBad(parsed);
      return;
    }
    this.badFrames = 0;
    const { frame } = parsed;
    if (changesSubscriptions(frame)) this.order.runAlone(() => this.answer(frame));
    else this.order.run(() => this.answer(frame));
    this.regulate();
  }

  onDrain(): void {
    this.connection.onDrain();
    this.regulate();
  }

  onClose(): void {
    this.connection.close();
  }

  /** Stops reading while too much is in progress, or while the client does not take the answers it has; else goes on. */
  regulate(): void {
    const pause = this.order.full || this.sink.isFull;
    if (pause === this.websocket.isPaused) return;
    if (pause) this.websocket.pause();
    else this.websocket.resume();
  }

  private refuseBad({ code, message, ref }: { code: CodedError['code']; message: string; ref?: Ref }): void {
    // In turn, so that the n-th answer is to the n-th frame.
    this.order.run(() => {
      this.sink.refuse({ code, message }, ref);
      return Promise.resolve();
    });
    this.badFrames++;
    if (this.badFrames >= BAD_FRAMES_MAX) this.connection.end('policy');
    else this.regulate();
  }

  private async answer(frame: ClientFrame): Promise<void> {
    // It may have been ended while the frame waited for its turn: its token was revoked, say.
    if (this.connection.isClosed()) return;
    try {
      await this.serve(frame);
    } catch (error) {
      this.sink.refuse(this.refusalFor(error), frame.ref);
      if (this.quota.isAbusive) this.connection.end('rate_limited');
    }
  }

  private refusalFor(error: unknown): CodedError {
    const refusal = toCodedError(error);
    if (refusal.code === 'internal') this.log.error({ err: error }, 'a WebSocket frame failed');
    return refusal;
  }

  private async serve(frame: ClientFrame): Promise<void> {
    const ref = frame.ref === undefined ? {} : { ref: frame.ref };
    switch (frame.type) {
      case 'subscribe':
        return this.subscribe(frame);
      case 'unsubscribe':
        this.quota.spend('subscribe', frame.channels.length);
        this.connection.unsubscribe(frame.channels);
        this.sink.send({ type: 'unsubscribed', ...ref, channels: frame.channels });
        return;
      case 'publish':
        return this.publish(frame);
      case 'ping':
        this.sink.send({ type: 'pong', ...ref });
        return;
      case 'auth':
        return this.authenticate(frame);
    }
  }

  private async authenticate({ token, ref }: FrameOf<'auth'>): Promise<void> {
    this.quota.spend('subscribe');
    const permissions = await this.admission.authenticate(token);
    const answer = {
      connection: this.connection.id,
      ...(ref === undefined ? {} : { ref }),
      ...describePermissions(permissions),
    };
    this.sink.send({ type: 'authenticated', ...answer });
    await this.admission.welcome().catch((error: unknown) => this.end(error));
  }

  /** What a line began with cannot be had. */
  private end(error: unknown): void {
    const refusal = this.refusalFor(error);
    this.sink.refuse(refusal);
    this.connection.end(closeNameOf(refusal.code));
  }

  private async subscribe({ channels, after, rewind, ref }: FrameOf<'subscribe'>): Promise<void> {
    const start = parseStart(after, rewind);
    this.quota.spend('subscribe', channels.length);
    if (start === undefined) throw new CodedError('invalid_request', `"rewind" cannot be ${rewind ?? 'empty'}`);
    this.admission.permissions.requireSubscribe(channels);
    await this.connection.subscribe(channels, start, (cursor) => {
      this.sink.send({ type: 'subscribed', ...(ref === undefined ? {} : { ref }), channels, cursor });
    });
  }

  private async publish(frame: FrameOf<'publish'>): Promise<void> {
    const { isClientMadeUp, admission } = this;
    const context = { client: this.connection.client, isClientMadeUp, permissions: admission.permissions };
    this.quota.spend('publish');
    const { id, duplicate } = await publishValid(this.service, frame, context);
    const ref = frame.ref === undefined ? {} : { ref: frame.ref };
    this.sink.send(duplicate ? { type: 'ack', ...ref, id, duplicate } : { type: 'ack', ...ref, id });
  }
}

/** What changes what the line gets, or may do, is served alone. */
function changesSubscriptions({ type }: ClientFrame): boolean {
  return type === 'subscribe' || type === 'unsubscribe' || type === 'auth';
}
