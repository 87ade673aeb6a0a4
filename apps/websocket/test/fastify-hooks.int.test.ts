import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { websocketPlugin } from '../src/websocket.plugin';

const HANDSHAKE = [
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');

type Hook = (app: FastifyInstance) => void;

/** The service with a hook of its operator. */
async function start(hook: Hook): Promise<{ app: FastifyInstance; port: number }> {
  const hooks: FastifyPluginAsync = fp((app: FastifyInstance) => {
    hook(app);
    return Promise.resolve();
  });
  const app = await createService(parseSettings({ PORT: '0' }), [hooks, websocketPlugin], { logger: false });
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  return { app, port: Number(port) };
}

/** Sends a handshake and leaves its own half of the connection open. */
function shake(port: number): Socket {
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  client.write(`GET /ws?channel=lab HTTP/1.1\r\n${HANDSHAKE}`);
  return client;
}

describe('a hook of Fastify', () => {
  it.each<[string, Hook]>([
    [
      'onRequest',
      (app) =>
        app.addHook('onRequest', (_request, reply, done) => {
          seen(reply);
          done();
        }),
    ],
    [
      'preHandler',
      (app) =>
        app.addHook('preHandler', (_request, reply, done) => {
          seen(reply);
          done();
        }),
    ],
    ['an async onRequest', (app) => app.addHook('onRequest', (_request, reply) => seenLater(reply))],
  ])('sees a handshake: %s', async (_, hook) => {
    routes.length = 0;
    const { app, port } = await start(hook);
    const client = shake(port).setEncoding('utf8');

    expect((await once(client, 'data'))[0]).toMatch(/^HTTP\/1.1 101 /);
    expect(routes).toEqual(['/ws']);
    client.destroy();
    await app.close();
  });

  const refuse = (app: FastifyInstance): void => {
    app.addHook('onRequest', (_request, reply, _done) => {
      void reply.code(401).send({ why: 'no' });
    });
  };
  const refuseLater = (app: FastifyInstance): void => {
    app.addHook('preHandler', async (_request, reply) => {
      await new Promise(setImmediate);
      return reply.code(401).send({ why: 'no' });
    });
  };
  it.each<[string, Hook]>([
    ['onRequest', refuse],
    ['an async preHandler', refuseLater],
  ])('that refuses a handshake answers it, and the connection ends: %s', async (_, hook) => {
    const { app, port } = await start(hook);
    const accepted = once(app.server, 'connection') as Promise<[Socket]>;
    const client = shake(port);
    const [socket] = await accepted;
    const [answer] = await Promise.all([text(client), once(socket, 'close')]);

    expect(answer).toMatch(/^HTTP\/1.1 401 [^]*\r\nconnection: close\r\n[^]*{"why":"no"}$/i);
    client.destroy();
    await app.close();
  });
});

/** The routes that a hook saw. */
const routes: string[] = [];

function seen(reply: { readonly request: { readonly routeOptions: { readonly url?: string | undefined } } }): void {
  routes.push(reply.request.routeOptions.url ?? '');
}

async function seenLater(reply: Parameters<typeof seen>[0]): Promise<void> {
  await new Promise(setImmediate);
  seen(reply);
}
