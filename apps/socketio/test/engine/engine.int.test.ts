import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';
import WebSocket from 'ws';
import { Engine, webSocketOf } from '../../src/engine/engine';

const engine = new Engine({}, () => randomUUID());
let server: Server;

beforeAll(async () => {
  server = createServer().on('upgrade', (request, socket, head) => {
    engine.handleUpgrade(request, socket, head);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterAll(async () => {
  engine.close();
  server.close();
  await once(server, 'close');
});

test('packets that are sent in the same turn leave in one write', async () => {
  let write: jest.SpyInstance | undefined;
  engine.once('connection', (session: EngineSocket) => {
    const { socket } = webSocketOf(session) as { socket: Socket };
    write = jest.spyOn(socket, '_writev');
    // The packet that opens the session is on its way: these wait for it.
    for (const text of ['a', 'b', 'c']) session.write(text);
  });
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/?EIO=4&transport=websocket`);
  const received: string[] = [];
  await new Promise<void>((resolve) => {
    client.on('message', (packet: Buffer) => {
      received.push(packet.toString());
      if (packet.toString() === '4c') resolve();
    });
  });
  const pieces = write?.mock.calls.map(([chunks]: unknown[]) => (chunks as unknown[]).length);
  const closed = once(client, 'close');
  client.close();
  await closed;

  expect(received.slice(1)).toEqual(['4a', '4b', '4c']);
  // Of each packet its head and its text.
  expect(pieces).toEqual([6]);
});
