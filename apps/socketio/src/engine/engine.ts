import { INTERNALS } from '@tetracast/node-io';
import { pickTokenCarrier } from '@tetracast/session';
import { type ErrorCallback, Server, type ServerOptions, type Socket as EngineSocket, type Transport } from 'engine.io';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { boundPayloads } from './bounded-payload';

const NOTHING = {};

/** A request with the query that Engine.IO adds. */
type EngineRequest = IncomingMessage & { _query: Record<string, string> };

/** Engine.IO's server, which also finds a connection by its session id. It is not attached: the plugin gives it the requests. */
export class Engine extends Server {
  /** @param createSessionId returns a new session id, from which every process can tell which one keeps the session */
  constructor(
    options: ServerOptions,
    private readonly createSessionId: () => string,
  ) {
    super(options);
    // `ws` makes a write for each packet. This puts the packets of one flush into one write.
    this.on('flush', (session: EngineSocket) => webSocketOf(session)?.socket.cork());
    this.on('drain', (session: EngineSocket) => webSocketOf(session)?.socket.uncork());
  }

  override generateId(): string {
    return this.createSessionId();
  }

  /**
   * Removes the `close` listener of the response that Engine.IO creates for middlewares, of which there are none. The listener would
   * keep request and response as long as the connection. Engine.IO has no option for it.
   */
  override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const before = socket.listenerCount('close');
    super.handleUpgrade(request, socket, head);
    if (!INTERNALS.engineHandshake) return;
    const ofResponse = socket.listeners('close')[before] as (() => void) | undefined;
    // The next listeners are those of `ws`, which have names.
    if (ofResponse?.name === '') socket.off('close', ofResponse);
  }

  /**
   * Whether an upgrade request can become the WebSocket of a session. Engine.IO checks that only after the upgrade, when it can no
   * longer send the reason over HTTP. This calls the private `prepare` of Engine.IO.
   */
  takesUpgrade(request: IncomingMessage): boolean {
    if (!INTERNALS.engineVerify) return true;
    const prepared = request as EngineRequest;
    (this as unknown as { prepare(request: EngineRequest): void }).prepare(prepared);
    const { transport, sid = '' } = prepared._query;
    const session = this.connectionOf(sid);
    if (transport !== 'websocket' || session?.upgrading === true || session?.upgraded === true) return false;
    let isValid = false;
    this.verify(prepared, true, (error) => {
      isValid = error === undefined;
    });
    return isValid;
  }

  /** Refuses clients of another protocol version on both transports, before a session is created. */
  protected override verify(request: EngineRequest, upgrade: boolean, done: ErrorCallback): void {
    const { sid = '', EIO: protocol } = request._query;
    if (sid === '' && protocol !== '4') done(Server.errors.UNSUPPORTED_PROTOCOL_VERSION, { protocol });
    else super.verify(request, upgrade, done);
  }

  protected override createTransport(...args: Parameters<Server['createTransport']>): Transport {
    const transport = super.createTransport(...args);
    if (transport.name === 'polling') boundPayloads(transport);
    return transport;
  }

  connectionOf(sid: string): EngineSocket | undefined {
    return Object.hasOwn(this.clients, sid) ? this.clients[sid] : undefined;
  }
}

/**
 * The WebSocket of a connection and its TCP socket, while its transport is a WebSocket. They are private in Engine.IO and `ws`; only
 * this function knows their names. The server needs them to write frames that it encoded once for all clients, and to stop reading
 * from slow clients.
 */
export function webSocketOf(connection: EngineSocket): { websocket: WebSocket; socket: Socket } | undefined {
  if (!INTERNALS.engineWebSocket || connection.transport.name !== 'websocket') return undefined;
  const { socket: websocket } = connection.transport as unknown as { readonly socket: WebSocket };
  const { _socket: socket } = websocket as unknown as { readonly _socket: Socket };
  return { websocket, socket };
}

/**
 * Releases the handshake of a session. Engine.IO keeps the request in three places as long as the session: a browser's request is
 * larger than everything the hub keeps for an idle connection. Only the parts that may contain a token remain, for the namespaces.
 */
export function forgetHandshake(session: EngineSocket): void {
  if (!INTERNALS.engineHandshake) return;
  const { request, transport } = session;
  Object.assign(session, { request: { ...pickTokenCarrier(request), connection: NOTHING, _query: NOTHING } });
  const found = webSocketOf(session);
  if (found === undefined) return;
  // These listeners write the head of an HTTP response.
  transport.removeAllListeners('headers');
  // The first listener is for the time before the transport listens. Engine.IO removes it only if a session changes its transport.
  const [temporary, ofTransport] = found.websocket.listeners('error') as (() => void)[];
  if (temporary !== undefined && ofTransport !== undefined) found.websocket.off('error', temporary);
}
