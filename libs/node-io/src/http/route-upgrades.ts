import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endAfterResponses, responseUnderWay } from './broken-connection';
import { hasTooManyLines, readTarget, refusalOfHead } from './request-head';
import { pathOf, withoutSlash } from './request-target';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

// RFC 6455, section 4.2.1: 16 bytes in base64; a list of tokens. `ws` accepts the versions 8 and 13.
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const TOKEN_LIST = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;
const VERSIONS = new Set(['8', '13']);

/**
 * Gives each upgrade request of a server one owner: WebSocket handshakes for `path` go to `own`, all others to the listeners
 * that were there before. Without it each plugin with WebSockets would answer the handshakes of all. Everything else, a
 * malformed handshake for example, gets a response like a request without upgrade, so that Fastify's routes and hooks say
 * what is wrong. Call it when all plugins are loaded.
 */
export function routeUpgrades(server: Server, path: string, own: UpgradeListener): void {
  const others = server.listeners('upgrade') as UpgradeListener[];
  const ownPath = withoutSlash(path);
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (responseUnderWay(socket) !== undefined) {
      // Nothing else can be written before that response has gone, and Node reads no further request.
      socket.on('error', destroy).resume();
      endAfterResponses(socket);
      return;
    }
    // RFC 9110, section 7.8: in HTTP/1.0 there are no upgrades.
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket' && request.httpVersion !== '1.0';
    // The lines that Node cut off may hold the length of the body, which would then be read as the next request.
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
    // Node has removed its listener: without one, a socket that breaks now would end the process.
    socket.on('error', destroy);
    if (isOwn && isHandshake(request) && refusalOfHead(request) === undefined) own(request, socket, head);
    else respondWithoutUpgrade(server, request);
  });
}

/** Whether `ws` would accept it: its own refusals are HTML. */
function isHandshake({ method, headers }: IncomingMessage): boolean {
  const protocols = headers['sec-websocket-protocol'];
  return (
    method === 'GET' &&
    KEY.test(headers['sec-websocket-key'] ?? '') &&
    VERSIONS.has(headers['sec-websocket-version'] ?? '') &&
    (protocols === undefined || isListWithoutRepeats(protocols))
  );
}

function isListWithoutRepeats(list: string): boolean {
  const tokens = list.split(',').map((token) => token.trim());
  return TOKEN_LIST.test(list) && new Set(tokens).size === tokens.length;
}

function destroy(this: Duplex): void {
  this.destroy();
}

/**
 * Responds to an upgrade request like to one without upgrade, which a server may always do (RFC 9110, section 7.8), and closes
 * the connection: Node's parser has let go of it, so no other request can follow.
 */
export function respondWithoutUpgrade(server: Server, request: IncomingMessage): void {
  const { socket } = request;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  // Node has removed its listener: without one, a body that waits for the socket would wait forever.
  socket.on('drain', () => {
    if (response.writableNeedDrain) response.emit('drain');
  });
  response.once('finish', () => {
    response.detachSocket(socket);
    // The client may leave its half open forever.
    socket.destroySoon();
  });
  server.emit('request', request, response);
}

/**
 * Lets Node read a request again without its `Upgrade` to something else than a WebSocket: some clients send `Upgrade: h2c`
 * with every request, and Node has let go of the connection before it read the body.
 */
function readAgain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (/^upgrade$/i.test(name)) continue;
    // `Connection` says also whether to close or to keep the connection.
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
