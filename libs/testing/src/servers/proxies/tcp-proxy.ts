import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { proxyTargetAt } from './proxy-target';

/** A TCP proxy between a client and a server, whose connections a test can cut. */
export interface TcpProxy extends AsyncDisposable {
  /** The address that the client connects to. */
  readonly url: string;
  /**
   * Ends every connection without an answer; new ones wait unanswered until `meanwhile` is done, as on a dead network.
   */
  cut(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Reads nothing from the server until `meanwhile` is done, like a client that does not read; connections stay open. */
  stall(meanwhile: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A TCP proxy to `target` on a free port: `http://host:port`, or `https://host:port`, to which the proxy speaks TLS. Requests
 * to a target on another machine name the target's host.
 */
export async function startTcpProxy(target: string, { ca }: { readonly ca?: string } = {}): Promise<TcpProxy> {
  const proxyTarget = proxyTargetAt(target, ca);
  const sockets = new Set<Socket>();
  const waiting = new Set<Socket>();
  const fars = new Map<Socket, Socket>();
  let down = false;
  let stalled = false;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.unref(); // a test that did not close its proxy must not keep the run from ending
    socket.setNoDelay(true);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const link = (near: Socket): void => {
    const far = proxyTarget.connect();
    track(far);
    fars.set(far, near);
    far.once('close', () => fars.delete(far));
    const renamed = proxyTarget.renameHost(`127.0.0.1:${portOf(server)}`);
    if (renamed === undefined) near.pipe(far);
    else near.pipe(renamed).pipe(far);
    if (!stalled) far.pipe(near);
    // If one half breaks, the other breaks, too; the pipe has already passed on a regular end.
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    track(near);
    if (down) waiting.add(near);
    else link(near);
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');

  const endAll = async (): Promise<void> => {
    // `once` of node:events would reject for a connection that breaks at this moment.
    const closing = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closing);
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await endAll();
  };
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    cut: async (meanwhile) => {
      down = true;
      await endAll();
      try {
        await meanwhile?.();
      } finally {
        down = false;
        for (const near of waiting) if (!near.destroyed) link(near);
        waiting.clear();
      }
    },
    stall: async (meanwhile) => {
      stalled = true;
      for (const [far, near] of fars) far.unpipe(near).pause();
      try {
        await meanwhile();
      } finally {
        stalled = false;
        for (const [far, near] of fars) far.pipe(near);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
