import { connect } from 'node:net';
import { openRawStream } from './raw-stream';
import { publish } from '@tetracast/service-kit/testing';
import { until } from '@tetracast/testing';
import { startService } from './start-service';

/** What an EventSource survives: it comes back by itself. */
const COME_BACK = /^HTTP\/1\.1 200 OK\r\n.*content-type: text\/event-stream.*\r\n\r\nretry: \d+\n\n$/is;

describe('a stream', () => {
  it('above MAX_CONNECTIONS gets `retry:`, until one of them ends', async () => {
    await using service = await startService({ MAX_CONNECTIONS: '1' });
    using first = openRawStream(service.url, '/sse?channel=a');
    await first.readUntil('id: ');

    using refused = openRawStream(service.url, '/sse?channel=a');
    expect(await refused.readToEnd()).toMatch(COME_BACK);

    first.socket.destroy();
    await until(() => service.connections() === 0);
    using next = openRawStream(service.url, '/sse?channel=a');
    await next.readUntil('id: ');
  });

  it('that is refused for another reason leaves its place to others', async () => {
    await using service = await startService({ MAX_CONNECTIONS: '1' });
    const channels = Array.from({ length: 101 }, (_, n) => `c${n}`).join(',');
    expect((await fetch(`${service.url}/sse?channel=${channels}`)).status).toBe(400);

    using next = openRawStream(service.url, '/sse?channel=a');
    await next.readUntil('id: ');
  });
});

it('a flood of connections that ask nothing is cut off as it comes, and open streams go on', async () => {
  await using service = await startService({ MAX_CONNECTIONS: '1' });
  using stream = openRawStream(service.url, '/sse?channel=a');
  await stream.readUntil('id: ');

  const { hostname, port } = new URL(service.url);
  const flood = Array.from({ length: 150 }, () => connect({ host: hostname, port: Number(port) }).resume());
  await Promise.race(
    flood.map((socket) => new Promise((resolve) => socket.on('error', resolve).once('close', resolve))),
  );

  expect(service.sockets.length).toBeLessThanOrEqual(102);
  await publish(service, 'a', ['still here']);
  await stream.readUntil('still here');
  for (const socket of flood) socket.destroy();
});
