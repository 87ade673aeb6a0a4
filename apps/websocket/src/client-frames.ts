import type { ClientFrame, Ref } from '@tetracast/message-model';
import { closeNameOf, CodedError, parseClientFrame, parseStart } from '@tetracast/message-model';
import { describePermissions, openSession, parseFormat, parseSubscriptionRequest } from '@tetracast/session';
import type { Session } from '@tetracast/session';
import type { IncomingMessage } from 'node:http';
import type { RawData } from 'ws';
import type { FrameSink } from './frame-sink';
import { type Query, Receiver } from './receiver';

/** Bad frames in a row after which the server closes the connection. */
const BAD_FRAMES_MAX = 20;

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

/** Serves the frames of a client in order, and answers each. */
export class ClientFrames extends Receiver<FrameSink> {
  private badFrames = 0;

  onFrame(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (isBinary) {
      this.refuseBad({ code: 'invalid_frame', message: 'the server takes no binary frames: send text frames' });
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

  protected async begin(handshake: IncomingMessage, query: Query): Promise<void> {
    const { sink } = this;
    parseFormat(query);
    const subscription = parseSubscriptionRequest(query);
    await openSession(this.service, {
      transport: 'websocket',
      action: 'subscribe',
      sink,
      request: handshake,
      subscription,
      tokenMayFollow: true,
      onConnect: (session) => {
        this.session = session;
      },
      onBegin: (cursor, { connection }) => {
        const { channels } = subscription;
        sink.send({ type: 'welcome', connection: connection.id, client: connection.client, cursor });
        if (channels.length > 0) sink.send({ type: 'subscribed', channels, cursor });
      },
    });
  }

  private refuseBad({ code, message, ref }: { code: CodedError['code']; message: string; ref?: Ref }): void {
    // Not before the changes of subscriptions that came before it.
    this.order.run(() => {
      this.sink.refuse({ code, message }, ref);
      return Promise.resolve();
    });
    this.badFrames++;
    if (this.badFrames >= BAD_FRAMES_MAX) this.end('policy');
    else this.regulate();
  }

  private async answer(frame: ClientFrame): Promise<void> {
    const { session } = this;
    // The connection may have ended while the frame waited, for example because its token was revoked.
    if (session === undefined || session.connection.isClosed()) return;
    try {
      await this.serve(session, frame);
    } catch (error) {
      this.sink.refuse(this.refusalFor(error), frame.ref);
      if (session.quota.isAbusive) this.end('rate_limited');
    }
  }

  private async serve(session: Session, frame: ClientFrame): Promise<void> {
    const ref = frame.ref === undefined ? {} : { ref: frame.ref };
    switch (frame.type) {
      case 'subscribe':
        return this.subscribe(session, frame);
      case 'unsubscribe':
        session.unsubscribe(frame.channels);
        this.sink.send({ type: 'unsubscribed', ...ref, channels: frame.channels });
        return;
      case 'publish':
        return this.publish(session, frame, ref);
      case 'ping':
        this.sink.send({ type: 'pong', ...ref });
        return;
      case 'auth': {
        const permissions = await session.authenticate(frame.token);
        const { id: connection } = session.connection;
        this.sink.send({ type: 'authenticated', connection, ...ref, ...describePermissions(permissions) });
        await session.begin().catch((error: unknown) => this.refuseAndEnd(error));
      }
    }
  }

  private async publish(session: Session, frame: FrameOf<'publish'>, ref: { readonly ref?: Ref }): Promise<void> {
    const { id, duplicate } = await session.publishValid(frame);
    this.sink.send(duplicate ? { type: 'ack', ...ref, id, duplicate } : { type: 'ack', ...ref, id });
  }

  private async subscribe(session: Session, { channels, after, rewind, ref }: FrameOf<'subscribe'>): Promise<void> {
    const start = parseStart(after, rewind);
    if (start === undefined) {
      session.quota.spend('subscribe', channels.length);
      throw new CodedError('invalid_request', `"rewind" cannot be ${rewind ?? 'empty'}: send a whole number`);
    }
    await session.subscribe(channels, start, (cursor) => {
      this.sink.send({ type: 'subscribed', ...(ref === undefined ? {} : { ref }), channels, cursor });
    });
  }

  /** Sends the error, and closes the connection. */
  protected refuseAndEnd(error: unknown): void {
    const refusal = this.refusalFor(error);
    this.sink.refuse(refusal);
    this.end(closeNameOf(refusal.code));
  }
}

/** Whether a frame changes what the client receives or may do: the server serves it alone. */
function changesSubscriptions({ type }: ClientFrame): boolean {
  return type === 'subscribe' || type === 'unsubscribe' || type === 'auth';
}
