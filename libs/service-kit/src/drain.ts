import type { Hub } from '@tetracast/hub';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { SocketSet } from './socket-set';

/**
 * Drains the service when it closes: it closes connections so that their clients reconnect elsewhere, answers requests, and
 * destroys the sockets that have not closed after `timeoutMs`. Calls `started` first.
 */
export function drainOnClose(
  app: FastifyInstance,
  { hub, runtime }: { readonly hub: Hub; readonly runtime: Runtime },
  timeoutMs: number,
  started: () => void,
): void {
  const sockets = new SocketSet();
  // Node's server does not know the sockets that became an event stream or a WebSocket.
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
  });

  let draining = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // The server would wait for a connection that is kept alive.
    if (draining) void reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', (done) => {
    draining = true;
    started();
    hub.drain('going_away');
    runtime
      .setTimeout(() => {
        hub.drain('going_away');
        sockets.destroyAll();
      }, timeoutMs)
      .unref();
    done();
  });
}
