import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { listenOnSecondPort } from '../src/sockets/second-port';

const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

const local = { host: '127.0.0.1', port: 0 };

describe('a second port', () => {
  let server: Server;

  beforeEach(() => {
    server = createServer((request, response) => response.end(`${request.url} at ${request.socket.localPort}`));
  });

  it('is served like the first, and its connections are those of the server', async () => {
    server.maxConnections = 7;
    const second = await listenOnSecondPort(server, local);
    const connected = once(server, 'connection');

    const [answer] = (await once(get(`http://127.0.0.1:${portOf(second)}/a`), 'response')) as [IncomingMessage];

    expect(await text(answer)).toBe(`/a at ${portOf(second)}`);
    await connected;
    expect(second.maxConnections).toBe(7);
    // One that is kept alive is idle, and the server knows it.
    const closed = once(second, 'close');
    second.close();
    server.closeIdleConnections();
    await closed;
  });

  it('that is in use is an error', async () => {
    const taker = createNetServer().listen(local);
    await once(taker, 'listening');

    await expect(listenOnSecondPort(server, { ...local, port: portOf(taker) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    taker.close();
  });
});
