import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { routeUpgrades } from '../src';

// Several times what a socket takes before it asks its writer to wait.
const PIECES = Array.from({ length: 64 }, (_, i) => String(i % 10).repeat(16_384));

let server: Server;

beforeEach(async () => {
  server = createServer((_request, response) => Readable.from(PIECES).pipe(response));
  routeUpgrades(server, '/ws', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => server.close());

it('responds to a malformed handshake with all of a body that waits for the socket, and closes', async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');

  const received = await text(socket);

  for (const piece of PIECES.slice(0, 10)) expect(received).toContain(piece);
  expect(received.length).toBeGreaterThan(PIECES.join('').length);
});
