import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerUnderWay, endAfterAnswers } from './broken-connection';
import { hasTooManyLines, readTarget, refusalOfHead } from './request-head';
import { pathOf, withoutSlash } from './request-target';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Gives each upgrade request one owner: those for `path` go to `own`, all others to who listened before, or else they are
 * answered as ordinary requests. Without it each plugin with WebSockets on the same server would answer those of all. To be
 * called when all plugins are loaded.
 */
export function routeUpgrades(server: Server, path: string, own: UpgradeListener): void {
  const others = server.listeners('upgrade') as UpgradeListener[];
  const ownPath = withoutSlash(path);
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (answerUnderWay(socket) !== undefined) {
      // Nothing else can be written before that answer has gone, and Node reads no further request.
      socket.on('error', destroy).resume();
      endAfterAnswers(socket);
      return;
    }
    // RFC 9110, section 7.8: in HTTP/1.0 there are no upgrades.
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket' && request.httpVersion !== '1.0';
    // What is cut off its head may be the length of its body, which would then be read as the next request.
    if (!isWebSocket && !hasTooManyLines(request)) {
      readAgain(server, request, socket, head);
      return;
    }
    readTarget(request);
    const isOwn = pathOf(request) === ownPath;
    if (!isOwn && others.length > 0) {
      for (const other of others) other.call(server, request, socket, head);
      return;
    }
    // Node listens no longer, and nobody else does yet: a socket that breaks now would end the process.
    socket.on('error', destroy);
    // The route says what is wrong with the head.
    if (isOwn && refusalOfHead(request) === undefined) own(request, socket, head);
    else respondWithoutUpgrade(server, request);
  });
}

function destroy(this: Duplex): void {
  this.destroy();
}

/**
 * Answers an upgrade request as if it had asked for none, which a server may always do (RFC 9110, section 7.8), and ends its
 * connection: Node's parser has let go of it, so that no other request could follow.
 */
export function respondWithoutUpgrade(server: Server, request: IncomingMessage): void {
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
 * Has a request read again without its wish for an upgrade to something else than a WebSocket: some clients send
 * `Upgrade: h2c` with every request, and Node has let go of the connection before it read the body.
 */
function readAgain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (/^upgrade$/i.test(name)) continue;
    // Whether the connection is to be closed or kept is said there, too.
    text += `${name}: ${/^connection$/i.test(name) ? withoutUpgrade(value) : value}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

function withoutUpgrade(connection: string): string {
  return connection
    .split(',')
    .filter((option) => option.trim().toLowerCase() !== 'upgrade')
    .join(',');
}
