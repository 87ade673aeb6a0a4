import { WebSocket } from 'ws';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { startService } from '../start-service';
import { openClient, startClient, TRANSPORTS } from '../stock-client';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

/** The status of a handshake that asks for a WebSocket and gets a plain answer. */
async function upgradeStatus(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const websocket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers });
  websocket.on('error', () => undefined);
  const [, response] = (await once(websocket, 'unexpected-response')) as [unknown, IncomingMessage];
  websocket.terminate();
  return response.statusCode;
}

describe('a line', () => {
  it('on which no heartbeat is answered in HEARTBEAT_TIMEOUT is ended; the client learns how long both sides wait', async () => {
    await using service = await startService({ HEARTBEAT_INTERVAL: '50ms', HEARTBEAT_TIMEOUT: '150ms' });
    const silent = new WebSocket(`${service.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [packet] = (await once(silent, 'message')) as [Buffer];

    expect(JSON.parse(packet.toString().slice(1))).toMatchObject({ pingInterval: 50, pingTimeout: 150 });
    await once(silent, 'close');
  });

  it('that begins to change to WebSocket and does not end it in headersTimeoutMs stays as it was', async () => {
    await using service = await startService({}, { fixed: { headersTimeoutMs: 3000 } });
    const { sid } = JSON.parse((await (await fetch(service.url + HANDSHAKE)).text()).slice(1)) as { sid: string };
    const line = `/socket.io/?EIO=4&sid=${sid}`;
    const probing = new WebSocket(`${service.url.replace('http', 'ws')}${line}&transport=websocket`);
    await once(probing, 'open');
    probing.send('2probe');
    const [answer] = (await once(probing, 'message')) as [Buffer];

    await once(probing, 'close');
    const post = await fetch(`${service.url}${line}&transport=polling`, { method: 'POST', body: '40' });

    expect([answer.toString(), post.status]).toEqual(['3probe', 200]);
  });
});

describe('a session', () => {
  it.each(TRANSPORTS)(
    'above MAX_CONNECTIONS is refused before it opens; those that are open go on, by %s',
    async (_, transports) => {
      await using service = await startService({ MAX_CONNECTIONS: '1' });
      using client = await openClient(service.url, { channels: ['a'] }, { transports: [...transports] });

      const refused = await fetch(service.url + HANDSHAKE);

      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await refused.json()).toMatchObject({ code: 'overloaded' });
      expect(await upgradeStatus(service.url)).toBe(503);
      expect(await client.ask('publish', { channel: 'a', data: 'x' })).toMatchObject({ ok: true });
      expect(await client.nextData()).toBe('x');
    },
  );

  it('that is refused comes in by itself when another has gone', async () => {
    await using service = await startService({ MAX_CONNECTIONS: '1' });
    const first = await openClient(service.url, { channels: ['a'] });
    using waiting = startClient(service.url, { channels: ['a'] });
    await waiting.errors.one();

    first.socket.disconnect();

    expect(await waiting.connects.one()).toBe(false);
  });

  it('above MAX_CONNECTIONS_PER_IP is refused with 429, and one from elsewhere is served', async () => {
    await using service = await startService({ MAX_CONNECTIONS_PER_IP: '1', TRUST_PROXY: '127.0.0.1' });
    const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } });
    using _first = await openClient(service.url, {}, from('192.0.2.1'));

    const refused = await fetch(service.url + HANDSHAKE, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(await refused.json()).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(await upgradeStatus(service.url, { 'x-forwarded-for': '192.0.2.1' })).toBe(429);
    using _other = await openClient(service.url, {}, from('192.0.2.2'));
  });

  it('under a name that leads here by somebody else is refused, on both transports', async () => {
    await using service = await startService();
    const headers = { host: 'rebound.example' };

    expect(await upgradeStatus(service.url, headers)).toBe(403);
    const [response] = (await once(get(service.url + HANDSHAKE, { headers }), 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(403);
  });

  it('is one connection, however many namespaces it has', async () => {
    await using service = await startService({ MAX_CONNECTIONS: '1' });
    using client = await openClient(service.url);

    const news = client.socket.io.socket('/news');

    await new Promise<void>((resolve) => news.once('connect', resolve));
    expect(service.connections()).toBe(2);
    news.disconnect();
  });

  it('that joins no namespace is ended', async () => {
    await using service = await startService({}, { fixed: { headersTimeoutMs: 3000, requestTimeoutMs: 3000 } });
    const websocket = new WebSocket(`${service.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);

    const [code] = (await once(websocket, 'close')) as [number];
    expect(code).toBe(1005);
  });
});

describe('an event', () => {
  it('after event in spite of refusals has the line cut, and the client comes back', async () => {
    await using service = await startService({ PUBLISH_RATE: '2/5000/5000' });
    using client = await openClient(service.url, {}, { transports: ['websocket'] });

    for (let data = 0; data < 100; data++) client.socket.emit('publish', { channel: 'a', data });

    expect(await client.connects.one()).toBeDefined();
  });

  it('may carry data as deep as maxDataDepth', async () => {
    await using service = await startService({}, { fixed: { maxDataDepth: 2 } });
    using client = await openClient(service.url);
    using news = await openClient(`${service.url}/news`);
    const refused = { ok: false, error: { code: 'invalid_message' } };

    expect(await client.ask('publish', { channel: 'a', data: [{}] })).toMatchObject({ ok: true });
    expect(await client.ask('publish', { channel: 'a', data: [{ a: [] }] })).toMatchObject(refused);
    expect(await news.ask('price', [[]])).toMatchObject({ ok: true });
    expect(await news.ask('price', [[[]]])).toMatchObject(refused);
  });
});
