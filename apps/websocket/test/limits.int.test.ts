import { openWebSocketWire, type WebSocketWire } from '@tetracast/testing';
import { type RunningService, startService } from './start-service';

const open = ({ url }: RunningService, from?: string, query = ''): Promise<WebSocketWire> =>
  openWebSocketWire(`${url}/ws${query}`, from === undefined ? {} : { headers: { 'x-forwarded-for': from } });

/** The codes of the next `count` answers, `ok` where it is none. */
async function answers(socket: WebSocketWire, count: number): Promise<string[]> {
  const codes: string[] = [];
  while (codes.length < count) {
    const frame = await socket.next();
    codes.push(frame.type === 'error' ? frame.code : 'ok');
  }
  return codes;
}

describe('a WebSocket', () => {
  it('above MAX_CONNECTIONS is accepted, told why, and closed with 1013, until one of them ends', async () => {
    await using service = await startService({ MAX_CONNECTIONS: '1' });
    const first = await open(service);
    await first.nextOf('welcome');

    await using refused = await open(service);
    expect(await refused.next()).toMatchObject({ type: 'error', code: 'overloaded' });
    expect(await refused.closed).toMatchObject({ code: 1013 });

    await first.close();
    while (service.app.tetracast.hub.stats.connections > 0) await new Promise(setImmediate);
    await using next = await open(service);
    await next.nextOf('welcome');
  });

  it('above MAX_CONNECTIONS_PER_IP is closed with 4100, and one from elsewhere is served', async () => {
    await using service = await startService({ MAX_CONNECTIONS_PER_IP: '1', TRUST_PROXY: '127.0.0.1' });
    await using first = await open(service, '192.0.2.1');
    await first.nextOf('welcome');

    await using refused = await open(service, '192.0.2.1');
    expect(await refused.closed).toMatchObject({ code: 4100 });
    await using other = await open(service, '192.0.2.2');
    await other.nextOf('welcome');
  });

  it('above SUBSCRIBE_RATE_PER_IP is closed with 4100', async () => {
    await using service = await startService({ SUBSCRIBE_RATE_PER_IP: '1' });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(service, undefined, '?channel=a')));
    const first = await Promise.all(sockets.map((socket) => socket.next()));

    expect(first.filter(({ type }) => type === 'welcome').length).toBeGreaterThanOrEqual(2);
    const refused = first.findIndex((frame) => frame.type === 'error' && frame.code === 'rate_limited');
    expect(await sockets[refused]?.closed).toMatchObject({ code: 4100 });
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe('a frame', () => {
  it('above a rate is answered rate_limited, and the line stays', async () => {
    await using service = await startService({ PUBLISH_RATE: '1', SUBSCRIBE_RATE: '2' });
    await using socket = await open(service);
    await socket.nextOf('welcome');

    for (let data = 0; data < 3; data++) socket.send({ type: 'publish', channel: 'a', data });
    expect(await answers(socket, 3)).toEqual(['ok', 'ok', 'rate_limited']);
    // The line itself was the first.
    for (const type of ['subscribe', 'unsubscribe', 'subscribe', 'unsubscribe']) socket.send({ type, channels: ['b'] });
    expect(await answers(socket, 4)).toEqual(['ok', 'ok', 'ok', 'rate_limited']);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('after frame in spite of refusals has the line cut with 4100', async () => {
    await using service = await startService({ PUBLISH_RATE: '2' });
    await using socket = await open(service);
    await socket.nextOf('welcome');

    for (let data = 0; data < 100; data++) socket.send({ type: 'publish', channel: 'a', data });

    expect(await socket.closed).toMatchObject({ code: 4100 });
  });

  it('may carry data as deep as MAX_DATA_DEPTH', async () => {
    await using service = await startService({ MAX_DATA_DEPTH: '2' });
    await using socket = await open(service);
    await socket.nextOf('welcome');

    socket.send({ type: 'publish', channel: 'a', data: [{}] });
    socket.send({ type: 'publish', channel: 'a', data: [{ a: {} }] });

    expect(await answers(socket, 2)).toEqual(['ok', 'invalid_message']);
  });

  it('names no channel that is nested deeper than the stack', async () => {
    await using service = await startService();
    await using socket = await open(service);
    await socket.nextOf('welcome');

    socket.send(`{"type":"subscribe","channels":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`);

    expect(await answers(socket, 1)).toEqual(['invalid_channel']);
  });
});
