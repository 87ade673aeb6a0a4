import { type IncomingMessage, ServerResponse } from 'node:http';
import { INTERNALS } from '../internals';

/**
 * A response whose head and text leave the process in one write. Node's own `end` makes the socket's stream write a second,
 * empty piece, which costs a twentieth of a published message. It relies on the order in which Node corks and writes.
 */
export class SingleWriteResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  override end(body?: unknown, encoding?: unknown, ended?: unknown): this {
    const { socket } = this;
    // Without a socket the response waits for an earlier one; with chunks there is one more piece in any case.
    const isWhole =
      INTERNALS.singleWriteResponse &&
      typeof body === 'string' &&
      this.headersSent &&
      !this.chunkedEncoding &&
      !this.writableEnded;
    if (!isWhole || (encoding ?? ended) != null || socket === null || socket.writableCorked > 0) {
      return super.end(body, encoding as BufferEncoding, ended as () => void);
    }
    this.write(body);
    // Node's `write` has corked it until the end of the turn.
    socket.uncork();
    return super.end();
  }
}
