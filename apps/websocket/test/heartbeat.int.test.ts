import { NO_LIMITS, openWebSocketWire, uniqueChannel } from '@tetracast/testing';
import { once } from 'node:events';
import WebSocket from 'ws';
import { startService } from './start-service';

const HEARTBEAT_MS = 500;
const TIMEOUT_MS = 2000;
const env = { HEARTBEAT_INTERVAL: `${HEARTBEAT_MS}ms` };

describe('heartbeats', () => {
  it('ping a client that answers, and leave it alone', async () => {
    await using service = await startService(env);
    await using client = await openWebSocketWire(`${service.url}/ws`);

    for (let i = 0; i < 3; i++) await once(client.socket, 'ping');

    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('leave a client alone whose answer the service was too busy to read', async () => {
    await using service = await startService({ ...env, HEARTBEAT_TIMEOUT: `${TIMEOUT_MS}ms` });
    await using client = await openWebSocketWire(`${service.url}/ws`);
    await once(client.socket, 'ping'); // answered by now, which the service has not read

    const until = Date.now() + TIMEOUT_MS + 2 * HEARTBEAT_MS;
    while (Date.now() < until);
    await once(client.socket, 'ping');

    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('end the line of a client that does not answer in HEARTBEAT_TIMEOUT', async () => {
    await using service = await startService({ ...env, HEARTBEAT_TIMEOUT: '100ms' });
    const silent = new WebSocket(`${service.url.replace('http', 'ws')}/ws`, { autoPong: false });
    let pings = 0;
    silent.on('ping', () => pings++);

    const [code] = (await once(silent, 'close')) as [number];

    expect(code).toBe(1006);
    expect(pings).toBeGreaterThan(0);
    while (service.app.tetracast.hub.stats.connections > 0) await new Promise(setImmediate);
  });

  it('go on as long as a client may still answer', async () => {
    await using service = await startService({ HEARTBEAT_INTERVAL: '50ms', HEARTBEAT_TIMEOUT: '5m' });
    const late = new WebSocket(`${service.url.replace('http', 'ws')}/ws`, { autoPong: false });

    for (let pings = 0; pings < 5; pings++) await once(late, 'ping');

    expect(late.readyState).toBe(WebSocket.OPEN);
    late.terminate();
  });

  it('take any frame of the client for an answer', async () => {
    await using service = await startService(env);
    const busy = new WebSocket(`${service.url.replace('http', 'ws')}/ws`, { autoPong: false });
    let pings = 0;
    busy.on('ping', () => {
      pings++;
      busy.send('{"type":"ping"}');
    });

    while (pings < 3) await once(busy, 'ping');

    expect(busy.readyState).toBe(WebSocket.OPEN);
    busy.terminate();
  });

  it('end the line of a client that takes nothing any more', async () => {
    await using service = await startService({ ...NO_LIMITS, ...env });
    const channel = uniqueChannel();
    await using stuck = await openWebSocketWire(`${service.url}/ws?channel=${channel}`);
    await stuck.nextOf('subscribed');
    await using publisher = await openWebSocketWire(`${service.url}/ws`);
    await publisher.nextOf('welcome');
    stuck.socket.pause();
    const data = 'x'.repeat(60_000);

    while (service.app.tetracast.hub.stats.connections > 1) {
      publisher.send({ type: 'publish', channel, data });
      await publisher.nextOf('ack');
    }

    expect(service.app.tetracast.hub.stats.connections).toBe(1);
  });
});
