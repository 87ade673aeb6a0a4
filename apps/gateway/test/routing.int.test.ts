import type { NginxServer } from '@tetracast/testing';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Answer, ask, startGateway } from './gateway-server';
import { expectProblem } from './problem-answer';
import { startUpstream, type Upstream } from './upstream';

// What a service takes by default: 64 KiB of data in whatever encoding, and what is around it.
const LARGEST_BODY = 3 * 65_536 + 16_384;

let services: Record<'websocket' | 'socketio' | 'sse' | 'polling' | 'api' | 'web', Upstream>;
let gateway: NginxServer;

beforeAll(async () => {
  services = {
    websocket: await startUpstream({ name: 'websocket' }),
    socketio: await startUpstream({ name: 'socketio' }),
    sse: await startUpstream({ name: 'sse' }),
    polling: await startUpstream({ name: 'polling' }),
    api: await startUpstream({ name: 'api' }),
    web: await startUpstream({ name: 'web' }),
  };
  gateway = await startGateway({
    UPSTREAM_WEBSOCKET: services.websocket.address,
    UPSTREAM_SOCKETIO: services.socketio.address,
    UPSTREAM_SSE: services.sse.address,
    UPSTREAM_POLLING: services.polling.address,
    UPSTREAM_API: services.api.address,
    UPSTREAM_WEB: services.web.address,
  });
});

afterAll(async () => {
  await gateway.close();
  for (const service of Object.values(services)) await service[Symbol.asyncDispose]();
});

describe('paths', () => {
  it.each([
    ['/ws?channel=a', 'websocket'],
    ['/ws/?channel=a', 'websocket'],
    ['/socket.io/?EIO=4&transport=polling', 'socketio'],
    ['/socket.io/socket.io.js', 'socketio'],
    ['/socket.io?EIO=4&transport=polling', 'socketio'],
    ['/sse?channel=a', 'sse'],
    ['/sse/?channel=a', 'sse'],
    ['/sse/ticket/?channel=a', 'sse'],
    ['/polling?channel=a', 'polling'],
    ['/polling/?channel=a', 'polling'],
    ['/relay/chat', 'api'],
    ['/relay?channel=relay:a', 'api'],
    ['/wss', 'web'],
    ['/relayed', 'web'],
    ['/socket.ioo', 'web'],
    ['/', 'web'],
    ['/vendor/jquery.min.js', 'web'],
  ])('%s goes to %s', async (path, name) => {
    expect(await ask(gateway.port, path)).toMatchObject({ status: 200, body: name });
  });

  it('are passed on as they came', async () => {
    const path = '/polling?channel=%C3%A4&channel=b%2Cc&after=x%20y';
    await ask(gateway.port, path);
    expect(services.polling.seen.at(-1)?.url).toBe(path);
    await ask(gateway.port, '/vendor//a%20b.js');
    expect(services.web.seen.at(-1)?.url).toBe('/vendor//a%20b.js');
  });

  it.each([
    '/metrics',
    '/metrics/',
    '//metrics',
    '/Metrics',
    '/%6detrics',
    '/sse/../metrics',
    '/socket.io/..%2fmetrics',
    '/socket.io/%2e%2e/readyz',
    '/readyz',
    '/readyz;x',
    '/api',
    '/api/publish',
    '//api/docs',
    '/%61pi/openapi.json',
    '/sse/../api/publish',
    '/socket.io/..%2fapi/publish',
    '/relay/../api/publish',
    '/relay/..%2fapi/publish',
    '/api/users/%2e%2e%2f%2e%2e%2frelay/messages',
    '/api/..%2frelay/chat',
  ])('%s of a service is not reached', async (path) => {
    const before = Object.values(services).map(({ seen }) => seen.length);
    expectProblem(await ask(gateway.port, path), 'not_found');
    expect(Object.values(services).map(({ seen }) => seen.length)).toEqual(before);
  });

  it('of the server API are served where the operator says so, with bodies that the service limits', async () => {
    const settings = { UPSTREAM_API: services.api.address, UPSTREAM_WEB: services.web.address, EXPOSE_API: 'true' };
    await using exposing = await startGateway(settings);
    const batch = { method: 'POST', body: 'x'.repeat(LARGEST_BODY * 2) };

    expect(await ask(exposing.port, '/api/batch', batch)).toMatchObject({ status: 200, body: 'api' });
    expect(await ask(exposing.port, '/apis')).toMatchObject({ status: 200, body: 'web' });
  });

  it('/healthz is the gateway itself', async () => {
    const answer = await ask(gateway.port, '/healthz');
    expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('reveal nothing of the server but its name', async () => {
    const answer = await ask(gateway.port, '/healthz');
    expect(answer.headers.server).toBe('nginx');
  });
});

describe('headers', () => {
  it('let a service compare Origin with the Host the browser meant', async () => {
    await ask(gateway.port, '/sse', { headers: { host: 'chat.example:8443', origin: 'https://chat.example:8443' } });
    expect(services.sse.seen.at(-1)?.headers).toMatchObject({
      host: 'chat.example:8443',
      origin: 'https://chat.example:8443',
      'x-forwarded-host': 'chat.example:8443',
      'x-forwarded-proto': 'http',
    });
  });

  it('of a client about itself are overwritten', async () => {
    await ask(gateway.port, '/polling', {
      headers: { 'x-forwarded-for': '8.8.8.8', 'x-forwarded-proto': 'https', forwarded: 'for=8.8.8.8' },
    });
    const headers = services.polling.seen.at(-1)?.headers;
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
    expect(headers).not.toHaveProperty('forwarded');
  });

  it('that carry a token or a position reach the service', async () => {
    const sent = {
      authorization: 'Bearer t',
      cookie: 'tetracast_token=t',
      'last-event-id': 'e-1',
      'if-none-match': '"e-1"',
    };
    await ask(gateway.port, '/polling', { headers: sent });
    expect(services.polling.seen.at(-1)?.headers).toMatchObject(sent);
  });

  it('name the host of a request target that is a whole URL, whatever Host says', async () => {
    const target = 'http://push.example:8443/polling?channel=a';
    expect(await ask(gateway.port, target, { headers: { host: 'elsewhere.example' } })).toMatchObject({
      body: 'polling',
    });
    const { url, headers } = services.polling.seen.at(-1) ?? {};
    expect(url).toBe('/polling?channel=a');
    expect(headers).toMatchObject({ host: 'push.example:8443', 'x-forwarded-host': 'push.example:8443' });
  });

  it('upgrade to nothing but WebSocket', async () => {
    await ask(gateway.port, '/polling', { headers: { connection: 'upgrade', upgrade: 'h2c' } });
    expect(services.polling.seen.at(-1)?.headers).not.toHaveProperty('upgrade');
  });
});

describe('limits', () => {
  const post = (path: string, bytes: number): Promise<Answer> =>
    ask(gateway.port, path, { method: 'POST', body: 'x'.repeat(bytes), headers: { origin: 'http://a.example' } });

  it.each(['/polling', '/sse', '/socket.io/'])('the largest message passes %s', async (path) => {
    expect(await post(path, LARGEST_BODY)).toMatchObject({ status: 200 });
  });

  it.each(['/polling', '/sse', '/socket.io/'])('a larger body is refused on %s', async (path) => {
    const answer = await post(path, 300 * 1024);
    expectProblem(answer, 'message_too_large');
    expect(answer.headers['access-control-allow-origin']).toBe('http://a.example');
  });

  it('a URL of 100 channels passes, an endless one is refused', async () => {
    const channels = (each: number): string =>
      Array.from({ length: 100 }, (_, index) => `channel=${'c'.repeat(each)}${index}`).join('&');
    expect(await ask(gateway.port, `/polling?${channels(120)}`)).toMatchObject({ status: 200 });
    expectProblem(await ask(gateway.port, `/polling?${channels(200)}`), 'invalid_request', 431);
  });

  it('an endless header is refused', async () => {
    expectProblem(
      await ask(gateway.port, '/polling', { headers: { cookie: 'x'.repeat(20_000) } }),
      'invalid_request',
      431,
    );
  });

  it('what is not HTTP is refused', async () => {
    expectProblem(await ask(gateway.port, '/polling', { headers: { host: 'a b' } }), 'invalid_request');
  });

  it.each([
    ['in a transfer coding nobody knows', 'POST /polling HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: pigeon'],
    ['of a version nobody speaks', 'GET /polling HTTP/3.0\r\nHost: a'],
    ['with two Host lines', 'GET /polling HTTP/1.1\r\nHost: a\r\nHost: a'],
    ['without Host', 'GET /polling HTTP/1.1'],
  ])('a request %s is refused with a problem', async (_, head) => {
    const client = connect({ port: gateway.port, host: '127.0.0.1' });
    client.write(`${head}\r\n\r\n`);
    const answer = await text(client);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('an upgrade in HTTP/1.0 is none', async () => {
    const client = connect({ port: gateway.port, host: '127.0.0.1' });
    client.write('GET /ws HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1.1 200 /);
    expect(services.websocket.seen.at(-1)?.headers).not.toHaveProperty('upgrade');
  });

  it('a method that is for proxies only is refused', async () => {
    expectProblem(await ask(gateway.port, '/polling', { method: 'TRACE' }), 'method_not_allowed');
  });
});
