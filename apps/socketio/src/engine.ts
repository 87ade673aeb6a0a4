import { Server, type ServerOptions, type Socket as EngineSocket } from 'engine.io';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** Engine.IO's server with a way to find a connection by its session id. Not attached: requests are handed to it. */
export class Engine extends Server {
  /** @param sessionId makes a session id of a random text, such that every process can tell whose session it is */
  constructor(
    options: ServerOptions,
    private readonly sessionId: (random: string) => string,
  ) {
    super(options);
  }

  override generateId(): string {
    return this.sessionId(randomBytes(15).toString('base64url'));
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
