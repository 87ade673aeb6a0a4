import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { version } from 'socket.io/package.json';
import { WebSocket } from 'ws';
import { adoptClientAddress, FORWARDED_HEADER, writeForwarded } from '../../src/engine/forwarded';
import { renameSocket, setRecovery } from '../../src/engine/rename-socket';

describe(`Socket.IO ${version}`, () => {
  it('answers CONNECT with the ids that were given to the socket: socketioRecovery', async () => {
    const http = createServer();
    const io = new Server(http);
    io.use((socket, next) => {
      renameSocket(socket, 'the-old-id');
      setRecovery(socket, true, 'the-private-id');
      next();
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const { port } = http.address() as AddressInfo;
    const client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    await once(client, 'message');
    const answer = once(client, 'message') as Promise<[Buffer]>;
    client.send('40');

    expect(String((await answer)[0])).toBe('40{"sid":"the-old-id","pid":"the-private-id"}');
    expect([...io.of('/').sockets.keys()]).toEqual(['the-old-id']);
    client.terminate();
    await io.close();
  });
});

describe(`Node.js ${process.version}`, () => {
  it('lets a socket show another remote address, and its own again: forwardedAddress', async () => {
    const seen: unknown[] = [];
    const http = createServer((request: IncomingMessage, response) => {
      adoptClientAddress(request, 'key');
      seen.push(request.socket.remoteAddress);
      response.end();
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const forwarded = writeForwarded({ to: 'worker', key: 'key', clientAddress: '203.0.113.9' });
    await (await fetch(url, { headers: { [FORWARDED_HEADER]: forwarded } })).text();
    await (await fetch(url)).text();

    expect(seen).toEqual(['203.0.113.9', '127.0.0.1']);
    http.closeAllConnections();
    await once(http.close(), 'close');
  });
});
