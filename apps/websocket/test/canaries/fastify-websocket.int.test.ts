import { version } from '@fastify/websocket/package.json';
import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { websocketPlugin } from '../../src/websocket.plugin';

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Objects of handshakes, as long as something else keeps them. */
const kept: WeakRef<object>[] = [];

const watch: FastifyPluginAsync = fp((app: FastifyInstance) => {
  app.addHook('onRequest', (request, reply, done) => {
    for (const object of [request, reply, request.raw, reply.raw]) kept.push(new WeakRef(object));
    done();
  });
  return Promise.resolve();
});

describe(`@fastify/websocket ${version} on Node.js ${process.version}`, () => {
  it('keeps nothing of a handshake while its connection lives: releaseHandshake', async () => {
    const app = await createService(parseSettings({ PORT: '0' }), [watch, websocketPlugin], { logger: false });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const clients = Array.from({ length: 20 }, () => new WebSocket(`${url.replace('http', 'ws')}/ws?channel=lab`));
    await Promise.all(clients.map((client) => once(client, 'message')));
    expect(kept).toHaveLength(80);

    await new Promise(setImmediate);
    collectGarbage();
    // The newest may still be in a register or in Node's own parser.
    expect(kept.filter((object) => object.deref() !== undefined).length).toBeLessThan(20);

    for (const client of clients) client.terminate();
    await app.close();
  });
});
