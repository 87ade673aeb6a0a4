import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/**
 * Has an HTTP server serve the connections of one more port, as if they had come to its own: with the same handlers, timeouts
 * and `connection` event. What `close` of the result waits for is its own connections; `close` of the HTTP server does not
 * wait for them. Resolves once it listens.
 *
 * @throws the error of `listen`, such as `EADDRINUSE`
 */
export async function listenOnSecondPort(server: HttpServer, options: ListenOptions): Promise<Server> {
  // As Node sets up the sockets of its HTTP server.
  const port = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    server.emit('connection', socket);
  });
  port.maxConnections = server.maxConnections;
  port.listen(options);
  await once(port, 'listening');
  return port;
}
