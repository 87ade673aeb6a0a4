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
    const isOwn = request.url?.startsWith(path) === true;
    if (!isOwn && others.length > 0) {
      for (const other of others) other.call(server, request, socket, head);
      return;
    }
    // Node listens no longer, and nobody else does yet: a socket that breaks now would end the process.
    socket.on('error', () => socket.destroy());
    if (isOwn) own(request, socket, head);
    else refuseUpgrade(socket, 404, 'not_found', 'no WebSocket is served under this path');
  });
}

/** Answers an upgrade request with a problem, and ends its connection. */
export function refuseUpgrade(
  socket: Duplex,
  ...[status, code, detail]: [status: 403, code: 'forbidden_origin', detail: string] | [404, 'not_found', string]
): void {
  const body = JSON.stringify(createProblem(code, detail));
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
