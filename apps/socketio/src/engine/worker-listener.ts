import { once } from 'node:events';
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- a worker listens on a port that the others find it by
import { type AddressInfo, createServer } from 'node:net';
import type { Server } from 'node:http';

/** A way in to one process of several that share a port. */
export interface WorkerListener {
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly address: string;
  close(): void;
}

/**
 * Opens a port of this process alone, on loopback only: what comes in is served by `server` like what comes to the port
 * it shares with others, with the same checks.
 */
export async function startWorkerListener(server: Server): Promise<WorkerListener> {
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', socket);
  });
  // Exclusive: Node's cluster would share this port with the others, too.
  door.listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => void door.close() };
}
