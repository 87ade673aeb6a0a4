import { createProblem } from '@tetracast/message-model';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Gives each upgrade request one owner: those under `path` go to `own`, all others to who listened before. Without it a
 * WebSocket of another plugin on the same server would answer ours as well. To be called when all plugins are loaded.
 */
export function ownUpgrades(server: Server, path: string, own: UpgradeListener): void {
  const others = server.listeners('upgrade') as UpgradeListener[];
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.startsWith(path) === true) own(request, socket, head);
    else if (others.length === 0) refuseUpgrade(socket, 404, 'not_found', 'no WebSocket is served under this path');
    else for (const other of others) other.call(server, request, socket, head);
  });
}

/** Answers an upgrade request with a problem, and ends its connection. */
export function refuseUpgrade(
  socket: Duplex,
  ...[status, code, detail]: [status: 403, code: 'forbidden_origin', detail: string] | [404, 'not_found', string]
): void {
  const body = JSON.stringify(createProblem(code, detail));
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${status === 403 ? 'Forbidden' : 'Not Found'}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
