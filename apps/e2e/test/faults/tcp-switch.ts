import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One TCP address whose server behind can be replaced, as a virtual address of a failover is. */
export interface TcpSwitch extends AsyncDisposable {
  readonly port: number;
  /** New connections go to `port` of 127.0.0.1, those that stand are cut. */
  to(port: number): void;
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
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    to: (port) => {
      target = port;
      cut();
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
