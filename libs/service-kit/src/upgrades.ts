import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pathOf } from './request-path';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Gives each upgrade request one owner: those for `path`, or below it when it ends in a slash, go to `own`, all others to
 * who listened before, or else they are answered as ordinary requests. Without it each plugin with WebSockets on the same
 * server would answer those of all. To be called when all plugins are loaded.
 */
export function ownUpgrades(server: Server, path: string, own: UpgradeListener): void {
  const others = server.listeners('upgrade') as UpgradeListener[];
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isAnswering(socket)) {
      socket.destroy();
      return;
    }
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      readAgain(server, request, socket, head);
      return;
    }
    const asked = pathOf(request);
    const isOwn = path.endsWith('/') ? asked.startsWith(path) : asked === path;
    if (!isOwn && others.length > 0) {
      for (const other of others) other.call(server, request, socket, head);
      return;
    }
    // Node listens no longer, and nobody else does yet: a socket that breaks now would end the process.
    socket.on('error', destroy);
    if (isOwn) own(request, socket, head);
    else answerPlainly(server, request);
  });
}

function destroy(this: Duplex): void {
  this.destroy();
}

/**
 * Answers an upgrade request as if it had asked for none, which a server may always do (RFC 9110, section 7.8), and ends its
 * connection: Node's parser has let go of it, so that no other request could follow.
 */
export function answerPlainly(server: Server, request: IncomingMessage): void {
  const { socket } = request;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    // The other side may leave its half open for ever.
    socket.destroySoon();
  });
  server.emit('request', request, response);
}

/**
 * Whether the answer to an earlier request of the connection is still to come. Then nothing else can be written to it: an
 * upgrade that is pipelined behind such a request, as no browser does, costs its client the connection.
 */
function isAnswering(socket: Duplex & { _httpMessage?: unknown }): boolean {
  return socket._httpMessage != null;
}

/**
 * Has a request read again without its wish for an upgrade to something else than a WebSocket: some clients send
 * `Upgrade: h2c` with every request, and Node has let go of the connection before it read the body.
 */
function readAgain(server: Server, { method, url, rawHeaders }: IncomingMessage, socket: Duplex, head: Buffer): void {
  let text = `${method} ${url} HTTP/1.1\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!/^(?:upgrade|connection)$/i.test(rawHeaders[i] ?? '')) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
