import { FaultyBus } from '@tetracast/bus/testing';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { openWebSocketWire } from '@tetracast/testing';
import { startService } from './start-service';

it('what waits for its turn when a line is ended, as by a revocation, is not done', async () => {
  const bus = new FaultyBus();
  bus.holdsSubscriptions = true;
  await using service = await startService({}, { bus });
  await using wire = await openWebSocketWire(`${service.url}/ws`);
  await wire.nextOf('welcome');
  const { hub } = service.app.tetracast;
  wire.send({ type: 'subscribe', channels: ['slow'] });
  wire.send({ type: 'publish', channel: 'news', data: 'after the end' });
  while (bus.heldCount === 0) await new Promise(setImmediate);
  // Both frames have been read by the time the service answers another client.
  await using other = await openWebSocketWire(`${service.url}/ws`);
  await other.nextOf('welcome');

  hub.drain('unauthorized');
  bus.releaseSubscriptions();
  expect(await wire.closed).toMatchObject({ code: 4001 });
  await using last = await openWebSocketWire(`${service.url}/ws`);
  await last.nextOf('welcome');

  expect((await bus.positions([])).head).toBe(0);
});

it('one whose handshake comes to its end while the service stops ends at once with that reason', async () => {
  const service = await startService({ DRAIN_TIMEOUT: '5m' });
  const head =
    'GET /ws?channel=news HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  const accepted = once(service.app.server, 'connection') as Promise<[Socket]>;
  const client = connect(Number(new URL(service.url).port), '127.0.0.1');
  client.write(head);
  const [socket] = await accepted;
  while (socket.bytesRead < head.length) await new Promise(setImmediate);

  const stopped = service[Symbol.asyncDispose]();
  while (!service.app.tetracast.draining) await new Promise(setImmediate);
  client.write('\r\n');

  const [closing] = (await once(client, 'data')) as [Buffer];
  client.end();
  const sent = Buffer.concat([closing, await buffer(client)]);
  const frames = sent.subarray(sent.indexOf('\r\n\r\n') + 4);
  // A close frame with its code (RFC 6455, section 5.5.1), and nothing before it.
  expect([frames[0], frames.readUInt16BE(2)]).toEqual([0x88, 1001]);
  await stopped;
});
