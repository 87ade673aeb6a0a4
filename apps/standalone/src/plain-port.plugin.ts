import { listenOnSecondPort } from '@tetracast/node-io';
import { LISTEN_BACKLOG } from '@tetracast/service-kit';
import { serveAtRoot } from '@tetracast/websocket';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { Server } from 'node:net';

/** Serves everything on PLAIN_PORT as well, and there plain WebSocket at `/`. If another program has the port, only a line of the log says so. */
const plugin: FastifyPluginAsync = (app) => {
  const { host, port, plainPort } = app.tetracast.settings;
  if (plainPort === 'off') return Promise.resolve();
  let second: Server | undefined;
  let closed: Promise<unknown> | undefined;

  serveAtRoot(app, ({ socket }) => socket.localPort === plainPort);
  app.addHook('onReady', async () => {
    if (plainPort === port) return;
    try {
      second = await listenOnSecondPort(app.server, { host, port: plainPort, backlog: LISTEN_BACKLOG });
      app.log.info(`plain WebSocket at ws://${host}:${plainPort}`);
    } catch (error) {
      const { message } = error as Error;
      app.log.warn(
        `no plain WebSocket, ${message}: stop the other program, or set PLAIN_PORT to another port or to off`,
      );
    }
  });
  app.addHook('preClose', (done) => {
    closed = new Promise((resolve) => (second === undefined ? resolve(undefined) : second.close(resolve)));
    app.server.closeIdleConnections();
    done();
  });
  app.addHook('onClose', async () => closed);
  return Promise.resolve();
};

export const plainPortPlugin = fp(plugin, { name: 'plain-port', fastify: '5.x', dependencies: ['websocket'] });
