import { pickTokenCarrier } from '@tetracast/session';
import { type ErrorCallback, Server, type ServerOptions, type Socket as EngineSocket, type Transport } from 'engine.io';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { boundPayloads } from './bounded-payload';

const NOTHING = {};

/** A request as Engine.IO prepares it. */
type EngineRequest = IncomingMessage & { _query: Record<string, string> };

/** Engine.IO's server with a way to find a connection by its session id. Not attached: requests are handed to it. */
export class Engine extends Server {
  /** @param sessionId makes a session id of a random text, such that every process can tell whose session it is */
  constructor(
    options: ServerOptions,
    private readonly sessionId: (random: string) => string,
  ) {
    super(options);
    // `ws` writes every packet by itself: all that Engine.IO hands over at once leave in one write.
    this.on('flush', (session: EngineSocket) => webSocketOf(session)?.socket.cork());
    this.on('drain', (session: EngineSocket) => webSocketOf(session)?.socket.uncork());
  }

  override generateId(): string {
    return this.sessionId(randomBytes(15).toString('base64url'));
  }

  /** Without the response it makes up for middlewares, of which there are none: that waits for the socket's end, request and all. */
  override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const before = socket.listenerCount('close');
    super.handleUpgrade(request, socket, head);
    const ofResponse = socket.listeners('close')[before] as (() => void) | undefined;
    // Those of `ws`, which come next, have names.
    if (ofResponse?.name === '') socket.off('close', ofResponse);
  }

  /**
   * Whether an upgrade request can become the WebSocket of a session: what Engine.IO itself would find out only when it is one.
   * Any other is to be answered over HTTP.
   */
  takesUpgrade(request: IncomingMessage): boolean {
    const asked = request as EngineRequest;
    (this as unknown as { prepare(request: EngineRequest): void }).prepare(asked);
    const { transport, sid = '' } = asked._query;
    const session = this.connectionOf(sid);
    if (transport !== 'websocket' || session?.upgrading === true || session?.upgraded === true) return false;
    let isValid = false;
    this.verify(asked, true, (error) => {
      isValid = error === undefined;
    });
    return isValid;
  }

  /** Clients of another protocol are refused on either transport before anything is made for them. */
  protected override verify(request: EngineRequest, upgrade: boolean, done: ErrorCallback): void {
    const { sid = '', EIO: protocol } = request._query;
    if (sid === '' && protocol !== '4') done(Server.errors.UNSUPPORTED_PROTOCOL_VERSION, { protocol });
    else super.verify(request, upgrade, done);
  }

  protected override createTransport(...asked: Parameters<Server['createTransport']>): Transport {
    const transport = super.createTransport(...asked);
    if (transport.name === 'polling') boundPayloads(transport);
    return transport;
  }

  connectionOf(sid: string): EngineSocket | undefined {
    return Object.hasOwn(this.clients, sid) ? this.clients[sid] : undefined;
  }
}

/**
 * The WebSocket of a connection and the TCP socket below it, while its transport is one. Neither Engine.IO nor `ws` shows
 * them in their types; this is the one place that knows their names.
 */
export function webSocketOf(connection: EngineSocket): { websocket: WebSocket; socket: Socket } | undefined {
  if (connection.transport.name !== 'websocket') return undefined;
  const { socket: websocket } = connection.transport as unknown as { readonly socket: WebSocket };
  const { _socket: socket } = websocket as unknown as { readonly _socket: Socket };
  return { websocket, socket };
}

/**
 * Lets go of the handshake of a session, whose request Engine.IO would keep, three times over, for as long as it lives: of a
 * browser's it is more than all that the hub keeps of an idle connection. What remains is where a token may be, for the namespaces.
 */
export function forgetHandshake(session: EngineSocket): void {
  const { request, transport } = session;
  Object.assign(session, { request: { ...pickTokenCarrier(request), connection: NOTHING, _query: NOTHING } });
  const found = webSocketOf(session);
  if (found === undefined) return;
  // For the head of an HTTP answer.
  transport.removeAllListeners('headers');
  // Until the transport listens itself; Engine.IO removes it only of one that takes the place of another.
  const [untilThen, ofTransport] = found.websocket.listeners('error') as (() => void)[];
  if (untilThen !== undefined && ofTransport !== undefined) found.websocket.off('error', untilThen);
}
