import { type IncomingMessage, ServerResponse } from 'node:http';

/**
 * An answer whose head and text leave in one piece. Node's own `end` has the socket's stream write a second, empty piece
 * behind it, and so go the way of several: a twentieth of what a published message costs.
 */
export class SingleWriteResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  override end(body?: unknown, encoding?: unknown, ended?: unknown): this {
    const { socket } = this;
    // Without a socket it waits for the answer before it; in chunks there is one more piece in any case.
    const isWhole = typeof body === 'string' && this.headersSent && !this.chunkedEncoding && !this.writableEnded;
    if (!isWhole || (encoding ?? ended) != null || socket === null || socket.writableCorked > 0) {
      return super.end(body, encoding as BufferEncoding, ended as () => void);
    }
    this.write(body);
    // By Node's `write` it is corked until the end of the turn.
    socket.uncork();
    return super.end();
  }
}
