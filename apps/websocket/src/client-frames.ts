import type { Connection } from '@tetracast/hub';
import {
  type ClientFrame,
  closeFor,
  CodedError,
  parseClientFrame,
  parseStart,
  type Ref,
} from '@tetracast/message-model';
import {
  describeGrant,
  type Grant,
  type Permit,
  RequestOrder,
  store,
  type SubscriptionRequest,
  type Tetracast,
  toCodedError,
} from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { WebSocketSink } from './websocket-sink';

/** Frames of one client in progress before no more are read from it. */
const IN_PROGRESS_MAX = 256;
/** Bad frames in a row before the line is cut. */
const BAD_FRAMES_MAX = 20;

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

/** Does what a client's frames ask for, in their order, and answers each. */
export class ClientFrames {
  private readonly order = new RequestOrder(IN_PROGRESS_MAX, () => {
    this.regulate();
  });
  private badFrames = 0;
  private permit: Permit | undefined;
  /** What the URL asked for, while a token is waited for. */
  private unwelcomed: SubscriptionRequest | undefined;

  constructor(
    private readonly service: Tetracast,
    private readonly connection: Connection,
    private readonly websocket: WebSocket,
    private readonly sink: WebSocketSink,
    private readonly log: FastifyBaseLogger,
  ) {}

  /**
   * What the URL asks for, with the token the handshake brought; frames that come meanwhile wait for it. Without a token that
   * is needed the line waits for an `auth` frame, and the client is welcomed after that.
   */
  open(request: SubscriptionRequest, token: string | undefined): void {
    this.order.runAlone(async () => {
      try {
        const grant = await this.service.access.grantFor(token);
        this.permit = this.service.access.permit(grant, this.connection, request);
        if (token === undefined && !suffices(grant, request.channels)) {
          this.unwelcomed = request;
          this.service.access.expectToken(this.permit);
        } else await this.welcome(request);
      } catch (error) {
        this.end(error);
      }
    });
  }

  take(data: RawData, isBinary: boolean): void {
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
    if (changesAnything(frame)) this.order.runAlone(() => this.answer(frame));
    else this.order.run(() => this.answer(frame));
    this.regulate();
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
    try {
      await this.serve(frame);
    } catch (error) {
      this.sink.refuse(this.refusalFor(error), frame.ref);
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
    const { permit, unwelcomed, connection } = this;
    if (permit === undefined) return;
    const grant = await this.service.access.renew(permit, token);
    const answer = { connection: connection.id, ...(ref === undefined ? {} : { ref }), ...describeGrant(grant) };
    this.sink.send({ type: 'authenticated', ...answer });
    if (unwelcomed === undefined) return;
    this.unwelcomed = undefined;
    try {
      await this.welcome(unwelcomed);
    } catch (error) {
      this.end(error);
    }
  }

  private async welcome({ channels, start }: SubscriptionRequest): Promise<void> {
    const { id, client } = this.connection;
    this.permit?.grant.requireSubscribe(channels);
    await this.connection.subscribe(channels, start, (cursor) => {
      this.sink.send({ type: 'welcome', connection: id, client, cursor });
      if (channels.length > 0) this.sink.send({ type: 'subscribed', channels, cursor });
    });
  }

  /** What a line began with cannot be had. */
  private end(error: unknown): void {
    const refusal = this.refusalFor(error);
    this.sink.refuse(refusal);
    this.connection.end(closeFor(refusal.code));
  }

  /** What the line may do now. @throws CodedError `unauthorized` before its first token */
  private get grant(): Grant {
    if (this.permit !== undefined && this.unwelcomed === undefined) return this.permit.grant;
    throw new CodedError('unauthorized', 'a token is needed first, in an "auth" frame');
  }

  private async subscribe({ channels, after, rewind, ref }: FrameOf<'subscribe'>): Promise<void> {
    const start = parseStart(after, rewind);
    if (start === undefined) throw new CodedError('invalid_request', `"rewind" cannot be ${rewind ?? 'empty'}`);
    this.grant.requireSubscribe(channels);
    await this.connection.subscribe(channels, start, (cursor) => {
      this.sink.send({ type: 'subscribed', ...(ref === undefined ? {} : { ref }), channels, cursor });
    });
  }

  private async publish({ type: _, ref, ...publication }: FrameOf<'publish'>): Promise<void> {
    const { id } = await store(this.service, publication, { client: this.connection.client, grant: this.grant });
    this.sink.send({ type: 'ack', ...(ref === undefined ? {} : { ref }), id });
  }
}

/** What changes what the line gets, or may do, is served alone. */
function changesAnything({ type }: ClientFrame): boolean {
  return type === 'subscribe' || type === 'unsubscribe' || type === 'auth';
}

/** Whether a client without a token can do what it came for. */
function suffices(grant: Grant, channels: readonly string[]): boolean {
  return channels.length > 0 ? channels.every((channel) => grant.maySubscribe(channel)) : !grant.isNothing;
}
