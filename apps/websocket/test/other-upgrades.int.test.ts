import { MemoryBus } from '@tetracast/bus';
import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { websocketPlugin } from '../src/websocket.plugin';

/** Another plugin with routes, as in the process that holds all transports. */
const echo: FastifyPluginAsync = (app) => {
  app.post('/echo', (request) => request.body);
  app.get('/never', () => new Promise(() => undefined));
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

describe('an upgrade behind a request that is not answered yet', () => {
  it.each([
    ['to a WebSocket', '/ws', 'websocket'],
    ['to a WebSocket where there is none', '/echo', 'websocket'],
    ['to something else', '/ws', 'h2c'],
  ])('%s costs its client the connection, and nobody else anything', async (_what, path, upgrade) => {
    const { app, port } = await startWithEcho();
    const client = connect({ port, host: '127.0.0.1' }).resume();
    // Not `once` of node:events, which rejects for a connection that is reset.
    const closed = new Promise((resolve) => client.on('error', () => undefined).once('close', resolve));
    const handshake = [
      `GET ${path} HTTP/1.1`,
      'Host: a',
      'Connection: Upgrade',
      `Upgrade: ${upgrade}`,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ];
    client.write(`GET /never HTTP/1.1\r\nHost: a\r\n\r\n${handshake.join('\r\n')}`);
    await closed;

    expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200);
    await app.close();
  });
});
