import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The part of Node's HTTP parser that an upgrade uses. */
interface HttpParser {
  unconsume(): void;
  remove(): void;
  close(): void;
}

const HTTP_EVENTS = ['data', 'end', 'close', 'drain', 'error', 'timeout'];

/**
 * Takes the connection of a request over from Node's HTTP server, for an answer without an end that is written by hand.
 * Node does the same for an upgrade; a stream gets nothing from the parser and its two message objects either, and they
 * are a third of what an idle connection costs. What the client still sends is dropped, and its end is the line's end.
 *
 * Whoever listened to the socket before does so no more. `undefined` behind an unfinished answer on the same connection.
 */
export function detachSocket(response: ServerResponse): Socket | undefined {
  const { socket } = response;
  if (socket === null || socket.destroyed) return undefined;
  const { parser } = socket as Socket & { parser?: HttpParser | null };
  // On a Node whose parser is another, and behind an upgrade, for which the parser is gone, the connection stays where it is.
  if (typeof parser?.close !== 'function') return socket.on('end', leave).resume();
  response.detachSocket(socket);
  for (const event of HTTP_EVENTS) socket.removeAllListeners(event);
  parser.unconsume();
  parser.remove();
  Object.assign(socket, { parser: null });
  // Not from within one of its own calls.
  setImmediate(() => parser.close());
  socket.on('end', leave).resume();
  return socket;
}

function leave(this: Socket): void {
  this.destroy();
}
