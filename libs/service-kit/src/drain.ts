import type { Hub } from '@tetracast/hub';
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

/**
 * Has the service stop without hurry: lines are closed in the way their clients understand, requests are answered, and
 * what has not ended after `timeoutMs` is cut. `started` is called first.
 */
export function drainOnClose(app: FastifyInstance, hub: Hub, timeoutMs: number, started: () => void): void {
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
    setTimeout(() => {
      hub.drain('going_away');
      sockets.destroyAll();
    }, timeoutMs).unref();
    done();
  });
}

const SWEEP_MIN = 256;

/** The open sockets, and some that are not any more: there may be very many, and a listener for each is not cheap. */
class SocketSet {
  private readonly sockets = new Set<Socket>();
  private sweepAt = SWEEP_MIN;

  add(socket: Socket): void {
    this.sockets.add(socket);
    if (this.sockets.size < this.sweepAt) return;
    for (const known of this.sockets) if (known.destroyed) this.sockets.delete(known);
    this.sweepAt = Math.max(SWEEP_MIN, this.sockets.size * 2);
  }

  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
