import { type ServerOptions, WebSocket } from 'ws';
import { INTERNALS } from '../internals';

/** What a piece of an unfinished message costs besides its bytes, about: a Buffer, and the object that holds its memory. */
const PIECE_COST_BYTES = 256;

interface WebSocketLimits {
  /** Maximum bytes of one message. */
  readonly maxPayload: number;
  /** How long a client may take to answer a close frame, in ms. */
  readonly closeTimeout?: number;
}

/**
 * Options of a `ws` server, for `/ws` and Engine.IO alike. An unfinished message costs at most twice its `maxPayload`: the
 * number of its fragments, and of the pieces in which a fragment arrives, is limited so that what they cost besides their
 * bytes is as much again. A message with more of them closes the connection with 1008.
 */
export function boundedWebSocketOptions({ maxPayload, ...limits }: WebSocketLimits): ServerOptions {
  const pieces = Math.ceil(maxPayload / PIECE_COST_BYTES);
  return {
    ...limits,
    maxPayload,
    maxFragments: pieces,
    maxBufferedChunks: pieces,
    clientTracking: false,
    // Whole frames are written straight to the TCP socket, so no extension may change them.
    perMessageDeflate: false,
    autoPong: false,
    WebSocket: BoundedWebSocket as typeof WebSocket,
  };
}

/** Answers pings and keeps the memory of unfinished messages within bounds, even with control frames between fragments. */
class BoundedWebSocket extends WebSocket {
  // `ws` passes its own options, which its types leave out here.
  constructor(...options: [address: null]) {
    super(...options);
    this.on('ping', answerPing).on('pong', keepOnlyFragments);
  }
}

/** WebSockets whose last pong has not left yet, with the payload of the newest ping that came since. */
const unsentPongs = new WeakMap<WebSocket, Buffer | undefined>();

/**
 * Answers pings. While a pong waits to leave, the server keeps only the newest ping (RFC 6455, section 5.5.3), so pings of a
 * client that reads nothing take no memory. `ws` would end the connection, without a code.
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
 * Copies fragments that keep much more memory than their bytes: a fragment is a view into all that arrived with it, up to
 * 64 KiB. Other fragments count as bytes of the message, but control frames between fragments do not.
 */
function keepOnlyFragments(this: WebSocket): void {
  if (!INTERNALS.copyFragments) return;
  const fragments = fragmentsOf(this);
  for (let i = fragments.length - 1; i >= 0; i--) {
    const fragment = fragments[i] as Buffer;
    // This one and those before it were copied earlier, or are most of what they came with.
    if (fragment.buffer.byteLength <= fragment.length * 2) return;
    fragments[i] = copyOf(fragment);
  }
}

/** The fragments of the unfinished message. `ws` has no public access to them. */
function fragmentsOf(websocket: WebSocket): Buffer[] {
  return (websocket as unknown as { readonly _receiver: { readonly _fragments: Buffer[] } })._receiver._fragments;
}

/** Not from Node's pool, of which it would keep 8 KiB. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
