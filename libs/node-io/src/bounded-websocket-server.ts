import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** What a piece of a message that is still to end costs besides its bytes, about: a buffer, and what holds its memory. */
const PIECE_COST_BYTES = 256;

/** Options of `ws` that its types do not know as yet. */
interface Limits {
  /** Bytes of one message. Default: as many as `ws` takes. */
  readonly maxPayload?: number;
  /** How long a client may take to answer a close frame, in ms. */
  readonly closeTimeout?: number;
}

/**
 * The server of `ws` for sockets that it does not accept itself, as `/ws` and Engine.IO use it. A message that has not ended costs
 * its `maxPayload` twice at most: it may have so many fragments, and a fragment may come in so many pieces, that what they cost
 * besides their bytes is as much. What has more is closed with 1008.
 */
export class BoundedWebSocketServer extends WebSocketServer {
  constructor(options: Omit<ServerOptions, keyof Limits> & Limits) {
    const pieces = Math.ceil((options.maxPayload ?? Infinity) / PIECE_COST_BYTES);
    const limits = Number.isFinite(pieces) ? { maxFragments: pieces, maxBufferedChunks: pieces } : {};
    // Whole frames are written past `ws`, which no extension may come between.
    super({ ...options, ...limits, noServer: true, clientTracking: false, perMessageDeflate: false, autoPong: false });
  }

  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    opened: (websocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, (websocket) => {
      websocket.on('ping', answerPing).on('pong', keepOnlyFragments);
      opened(websocket, request);
    });
  }
}

/** WebSockets with a pong that has not left, and the payload of the newest ping since. */
const unsentPongs = new WeakMap<WebSocket, Buffer | undefined>();

/**
 * Answers pings; while a pong waits to leave only the newest ping is kept (RFC 6455, section 5.5.3), however many come and however
 * little the client reads. `ws` would end the connection, without a code.
 */
function answerPing(this: WebSocket, payload: Buffer): void {
  keepOnlyFragments.call(this);
  if (this.readyState !== this.OPEN) return;
  if (unsentPongs.has(this)) {
    unsentPongs.set(this, copyOf(payload));
    return;
  }
  unsentPongs.set(this, undefined);
  this.pong(payload, false, () => {
    const newest = unsentPongs.get(this);
    unsentPongs.delete(this);
    if (newest !== undefined) answerPing.call(this, newest);
  });
}

/**
 * A fragment is a view into all that came with it, up to 64 KiB. Other fragments count as bytes of the message; control frames
 * between them do not, so with one of these the fragments before it are copied.
 */
function keepOnlyFragments(this: WebSocket): void {
  const { _fragments: fragments } = (this as unknown as { readonly _receiver: { readonly _fragments: Buffer[] } })
    ._receiver;
  for (let i = fragments.length - 1; i >= 0; i--) {
    const fragment = fragments[i] as Buffer;
    // Copied before, as are those before it; or most of what it came with.
    if (fragment.buffer.byteLength <= fragment.length * 2) return;
    fragments[i] = copyOf(fragment);
  }
}

/** Not from Node's pool, of which it would keep 8 KiB. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
