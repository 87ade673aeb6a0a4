import type { Hub } from '@tetracast/hub';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { SocketSet } from './socket-set';

/**
 * Has the service stop without hurry: lines are closed in the way their clients understand, requests are answered, and
 * what has not ended after `timeoutMs` is cut. `started` is called first.
 */
export function drainOnClose(
  app: FastifyInstance,
  { hub, runtime }: { readonly hub: Hub; readonly runtime: Runtime },
  timeoutMs: number,
  started: () => void,
): void {
  const sockets = new SocketSet();
  // Node's server forgets the sockets that were taken over for a stream or a WebSocket.
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
  });

  let draining = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection kept alive now would be waited for in vain.
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
