import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../free-port';

/** One TCP address whose server behind can be replaced, as a virtual address of a failover is. */
export interface TcpSwitch extends AsyncDisposable {
  readonly port: number;
  /** New connections go to `port` of 127.0.0.1, open ones are cut. */
  to(port: number): void;
  /** New connections go to `port`, open ones stay: as with a name in DNS. */
  lead(port: number): void;
  /** Cuts all connections, and refuses new ones until `listen`. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
}

export async function openTcpSwitch(first: number): Promise<TcpSwitch> {
  const sockets = new Set<Socket>();
  let target = first;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    // What a server says that is killed: nothing but a reset.
    far.once('close', () => near.resetAndDestroy());
  });
  // A port that the system does not give to an outgoing connection while no server listens on it.
  const port = await freePort();
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const listen = async (): Promise<void> => {
    if (server.listening) return;
    await once(server.listen(port, '127.0.0.1'), 'listening');
  };
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server.close(), 'close');
    cut();
    await closed;
  };
  const lead = (next: number): void => {
    target = next;
  };
  await listen();
  return {
    port,
    to: (next) => {
      lead(next);
      cut();
    },
    lead,
    refuse,
    listen,
    [Symbol.asyncDispose]: refuse,
  };
}
