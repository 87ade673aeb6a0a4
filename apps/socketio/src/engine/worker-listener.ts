import { once } from 'node:events';
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- the other workers connect to its port
import { type AddressInfo, createServer } from 'node:net';
import type { Server } from 'node:http';

/** A port of one worker alone. */
export interface WorkerListener {
  /** The origin, such as `http://127.0.0.1:40123`. */
  readonly address: string;
  close(): void;
}

/**
 * Opens a port of this worker alone, on loopback. `server` serves its connections with the same checks as those of the port that all
 * workers share.
 */
export async function startWorkerListener(server: Server): Promise<WorkerListener> {
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', socket);
  });
  // Exclusive: otherwise Node's cluster would share this port among the workers.
  listener.listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => void listener.close() };
}
