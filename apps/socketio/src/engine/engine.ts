import { INTERNALS } from '@tetracast/node-io';
import { pickTokenCarrier } from '@tetracast/session';
import { type ErrorCallback, Server, type ServerOptions, type Socket as EngineSocket, type Transport } from 'engine.io';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { boundPayloads } from './bounded-payload';

const NOTHING = {};

/** A request as Engine.IO prepares it. */
type EngineRequest = IncomingMessage & { _query: Record<string, string> };

/** Engine.IO's server with a way to find a connection by its session id. It is not attached: the plugin passes requests to it. */
export class Engine extends Server {
  /** @param createSessionId returns a new session id, from which every process can tell which one keeps the session */
  constructor(
    options: ServerOptions,
    private readonly createSessionId: () => string,
  ) {
    super(options);
    // `ws` writes every packet by itself: all that Engine.IO hands over at once leave in one write.
    this.on('flush', (session: EngineSocket) => webSocketOf(session)?.socket.cork());
    this.on('drain', (session: EngineSocket) => webSocketOf(session)?.socket.uncork());
  }

  override generateId(): string {
    return this.createSessionId();
  }

  /**
   * Removes the `close` listener of the response that Engine.IO makes for middlewares, of which there are none: it would keep
   * the request and the response as long as the connection. Engine.IO has no option to leave it out.
   */
  override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const before = socket.listenerCount('close');
    super.handleUpgrade(request, socket, head);
    if (!INTERNALS.engineHandshake) return;
    const ofResponse = socket.listeners('close')[before] as (() => void) | undefined;
    // The listeners of `ws`, which come next, have names.
    if (ofResponse?.name === '') socket.off('close', ofResponse);
  }

  /**
   * Whether an upgrade request can become the WebSocket of a session. Engine.IO itself would find out only after the upgrade,
   * when it can no longer say over HTTP what is wrong. It calls Engine.IO's private `prepare` for that.
   */
  takesUpgrade(request: IncomingMessage): boolean {
    if (!INTERNALS.engineVerify) return true;
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
 * The WebSocket of a connection and the TCP socket below it, while its transport is a WebSocket. Engine.IO and `ws` keep them
 * private; only this function knows their names. The server needs them to write frames that it made once for all clients, and to
 * stop reading while a client is slow.
 */
export function webSocketOf(connection: EngineSocket): { websocket: WebSocket; socket: Socket } | undefined {
  if (!INTERNALS.engineWebSocket || connection.transport.name !== 'websocket') return undefined;
  const { socket: websocket } = connection.transport as unknown as { readonly socket: WebSocket };
  const { _socket: socket } = websocket as unknown as { readonly _socket: Socket };
  return { websocket, socket };
}

/**
 * Lets go of the handshake of a session. Engine.IO keeps its request in three places as long as the session lives: a browser's
 * request is larger than all that the hub keeps of an idle connection. Only what may carry a token remains, for the namespaces.
 */
export function forgetHandshake(session: EngineSocket): void {
  if (!INTERNALS.engineHandshake) return;
  const { request, transport } = session;
  Object.assign(session, { request: { ...pickTokenCarrier(request), connection: NOTHING, _query: NOTHING } });
  const found = webSocketOf(session);
  if (found === undefined) return;
  // They write the head of an HTTP response.
  transport.removeAllListeners('headers');
  // The first listens until the transport does. Engine.IO removes it only if the transport replaces another.
  const [untilThen, ofTransport] = found.websocket.listeners('error') as (() => void)[];
  if (untilThen !== undefined && ofTransport !== undefined) found.websocket.off('error', untilThen);
}
