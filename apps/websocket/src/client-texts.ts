import { closeNameOf, CodedError, isMeantAsAuth } from '@tetracast/message-model';
import { holdsToken, openSession, parseSubscriptionRequest, requireChannels } from '@tetracast/session';
import type { IncomingMessage } from 'node:http';
import type { RawData } from 'ws';
import { type Query, Receiver } from './receiver';

/**
 * Publishes every text of a client to the one channel in its URL. There is no frame for an answer: a text that is refused ends
 * the connection, with a code and a reason.
 */
export class ClientTexts extends Receiver {
  private channel = '';

  onFrame(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return;
    const text = isBinary ? undefined : (data as Buffer).toString();
    if (text === undefined) this.refuse(new CodedError('invalid_request', 'a binary frame: send text'));
    else if (isMeantAsAuth(text) || holdsToken(text))
      this.refuse(new CodedError('invalid_request', 'an "auth" frame or a token: send the token with the handshake'));
    else this.order.run(() => this.publish(text));
    this.regulate();
  }

  protected async begin(handshake: IncomingMessage, query: Query): Promise<void> {
    const { socket } = handshake;
    // The answer to the handshake waits for the subscription: a client that is open misses nothing from then on.
    socket.cork();
    try {
      const subscription = requireChannels(parseSubscriptionRequest(query));
      const [channel = '', ...more] = subscription.channels;
      if (more.length > 0)
        throw new CodedError('invalid_request', 'more than one "channel": name one with format=data');
      this.channel = channel;
      await openSession(this.service, {
        transport: 'websocket',
        action: 'subscribe',
        sink: this.sink,
        request: handshake,
        subscription,
        onConnect: (session) => {
          this.session = session;
        },
      });
    } finally {
      socket.uncork();
    }
  }

  protected refuseAndEnd(error: unknown): void {
    const { code, message } = this.refusalFor(error);
    this.end(closeNameOf(code), message);
  }

  /** Ends the connection when all texts before the refused one are stored; none that comes from now on is. */
  private refuse(error: unknown): void {
    this.order.runAlone(() => {
      this.refuseAndEnd(error);
      return Promise.resolve();
    });
  }

  private async publish(data: string): Promise<void> {
    const { session } = this;
    // The connection may have ended while the text waited for its turn: its token was revoked, say.
    if (session === undefined || session.connection.isClosed()) return;
    try {
      await session.publishValid({ channel: this.channel, data });
    } catch (error) {
      this.refuse(error);
    }
  }
}
