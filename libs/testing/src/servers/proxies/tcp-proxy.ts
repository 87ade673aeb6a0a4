import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { farEndAt } from '../../drivers/far-end';

/** A wire between a client and a server that a test can cut. */
export interface TcpProxy extends AsyncDisposable {
  /** What the client takes for the server. */
  readonly url: string;
  /**
   * Ends every connection without a word; new ones are held unanswered until `meanwhile` is done, as on a dead network.
   */
  cut(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Takes nothing from the server until `meanwhile` is done, as a client that does not read: the connections stand. */
  stall(meanwhile: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A TCP relay to `target` on a free port: `http://host:port` or, without TLS on the near side, `https://host:port`. Who is not
 * on this machine is named by its own name in what goes there.
 */
export async function startTcpProxy(target: string, { ca }: { readonly ca?: string } = {}): Promise<TcpProxy> {
  const farEnd = farEndAt(target, ca);
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  const fars = new Map<Socket, Socket>();
  let down = false;
  let stalled = false;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.unref(); // a test that did not close its line must not keep the run from ending
    socket.setNoDelay(true);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const link = (near: Socket): void => {
    const far = farEnd.connect();
    track(far);
    fars.set(far, near);
    far.once('close', () => fars.delete(far));
    const renamed = farEnd.rename(`127.0.0.1:${portOf(server)}`);
    if (renamed === undefined) near.pipe(far);
    else near.pipe(renamed).pipe(far);
    if (!stalled) far.pipe(near);
    // A half that breaks breaks the other: an orderly end was passed on by the pipe already.
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    track(near);
    if (down) held.add(near);
    else link(near);
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');

  const endAll = async (): Promise<void> => {
    // Not `once` of node:events, which rejects for a connection that breaks just then.
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
        for (const near of held) if (!near.destroyed) link(near);
        held.clear();
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
