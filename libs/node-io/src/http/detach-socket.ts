import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { INTERNALS } from '../internals';

/** The part of Node's HTTP parser that an upgrade uses. */
interface HttpParser {
  unconsume(): void;
  remove(): void;
  close(): void;
}

const HTTP_EVENTS = ['data', 'end', 'close', 'drain', 'error', 'timeout'];

/**
 * Takes the connection of a request from Node's HTTP server, for an endless response that is written by hand. Node does the
 * same for an upgrade. A stream needs neither the parser nor the two message objects, which are a third of the memory of an
 * idle connection. The server drops what the client still sends, and closes the connection when the client ends its half.
 *
 * Call it after a promise or a tick: within the `request` event the parser still runs, and the process would crash.
 * All earlier listeners of the socket are removed. `undefined`: an earlier response on the same connection is unfinished.
 */
export function detachSocket(response: ServerResponse): Socket | undefined {
  const { socket } = response;
  if (socket === null || socket.destroyed) return undefined;
  const { parser } = socket as Socket & { parser?: HttpParser | null };
  // After an upgrade request there is no parser any more.
  if (!INTERNALS.detachParser || typeof parser?.close !== 'function') return socket.on('end', leave).resume();
  response.detachSocket(socket);
  for (const event of HTTP_EVENTS) socket.removeAllListeners(event);
  parser.unconsume();
  parser.remove();
  Object.assign(socket, { parser: null });
  // Not within a call of the parser itself.
  setImmediate(() => parser.close());
  socket.on('end', leave).resume();
  return socket;
}

function leave(this: Socket): void {
  this.destroy();
}
