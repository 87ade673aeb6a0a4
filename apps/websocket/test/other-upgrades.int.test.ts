import { MemoryBus } from '@tetracast/bus';
import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { websocketPlugin } from '../src/websocket.plugin';

const held: (() => void)[] = [];

/** Another plugin with routes, as in the process that holds all transports. */
const echo: FastifyPluginAsync = (app) => {
  app.post('/echo', (request) => request.body);
  app.get('/held', async () => {
    await new Promise<void>((resolve) => held.push(resolve));
    return 'at last';
  });
  return Promise.resolve();
};

async function startWithEcho(): Promise<{ app: FastifyInstance; port: number }> {
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
  const app = await createService(parseSettings({ PORT: '0' }), [echo, websocketPlugin], { logger: false, bus });
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  return { app, port: Number(port) };
}

describe('a request that would rather speak HTTP/2, as some clients say with every request', () => {
  it('is served with its body, however it arrives, and so is what follows on its connection', async () => {
    const { app, port } = await startWithEcho();
    const client = connect({ port, host: '127.0.0.1' }).setEncoding('utf8');
    const body = JSON.stringify({ data: 'x'.repeat(50) });
    const head = [
      'POST /echo HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '\r\n',
    ].join('\r\n');

    for (const parts of [[head + body], [head, body], [head + body.slice(0, 9), body.slice(9)]]) {
      const answered = once(client, 'data') as Promise<[string]>;
      for (const part of parts) {
        client.write(part);
        // In a packet of its own.
        await new Promise(setImmediate);
      }
      const [answer] = await answered;
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
      expect(answer.endsWith(body)).toBe(true);
    }
    client.destroy();
    await app.close();
  });
});

describe('a request with more header lines than are read', () => {
  it.each([
    ['h2c', (upgrade: string, lines: string) => upgrade + lines],
    ['h2c, said behind them', (upgrade: string, lines: string) => lines + upgrade],
  ])('is answered once, whatever its body is, when it asks for %s', async (_, head) => {
    const { app, port } = await startWithEcho();
    const inner =
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
    const client = connect({ port, host: '127.0.0.1' }).setEncoding('utf8');
    client.write(
      `POST /nowhere HTTP/1.1\r\nHost: localhost\r\n${head('Upgrade: h2c\r\nConnection: Upgrade\r\n', 'a: b\r\n'.repeat(300))}Content-Length: ${inner.length}\r\n\r\n${inner}`,
    );
    let text = '';
    const answered = once(client, 'close');
    client.on('data', (part) => {
      text += String(part);
      // Served as a second request it would have its answer by then.
      if (text.includes('HTTP/1.1 200')) client.destroy();
    });
    await answered;

    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    await app.close();
  });
});

describe('a request that would rather speak something else', () => {
  it.each([
    ['1.1', 'close, Upgrade'],
    ['1.1', 'Upgrade, close'],
    ['1.0', 'Upgrade'],
  ])('of HTTP/%s with "Connection: %s" is answered, and its connection ends', async (version, connection) => {
    const { app, port } = await startWithEcho();
    const client = connect({ port, host: '127.0.0.1' });
    client.write(
      `GET /healthz HTTP/${version}\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: ${connection}\r\n\r\n`,
    );

    expect(await text(client)).toMatch(/^HTTP\/1.1 200 [^]*\r\nconnection: close\r\n/i);
    await app.close();
  });

  it('of HTTP/1.0 keeps its connection if it asks for that', async () => {
    const { app, port } = await startWithEcho();
    const client = connect({ port, host: '127.0.0.1' }).setEncoding('utf8');
    client.write('GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade, keep-alive\r\n\r\n');

    expect((await once(client, 'data'))[0]).toMatch(/\r\nconnection: keep-alive\r\n/i);
    client.destroy();
    await app.close();
  });
});

describe('an upgrade behind a request that is not answered yet', () => {
  it.each([
    ['to a WebSocket', '/ws', 'websocket'],
    ['to a WebSocket where there is none', '/echo', 'websocket'],
    ['to something else', '/ws', 'h2c'],
  ])('%s is not served: that request is answered, and the connection ends', async (_what, path, upgrade) => {
    const { app, port } = await startWithEcho();
    const client = connect({ port, host: '127.0.0.1' });
    const handshake = [
      `GET ${path} HTTP/1.1`,
      'Host: a',
      'Connection: Upgrade',
      `Upgrade: ${upgrade}`,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ];
    client.write(`GET /held HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${handshake.join('\r\n')}`);
    const answers = text(client);
    while (held.length === 0) await new Promise(setImmediate);
    for (const answer of held.splice(0)) answer();

    expect((await answers).split('HTTP/1.1').slice(1)).toEqual([expect.stringMatching(/^ 200 [^]*at last$/)]);
    expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200);
    await app.close();
  });
});
