import { isAllowedOrigin, maxFrameBytes } from '@tetracast/service-kit';
import type { Socket as EngineSocket } from 'engine.io';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { AddressInfo } from 'node:net';
import { clientFiles } from './client-files';
import { Engine } from './engine';
import { engineRoutes, SOCKETIO_PATH } from './engine-routes';
import { forwardUpgrade, ownerOf } from './forwarding';
import { NodeDirectory, ownAddress } from './node-directory';
import { createSocketServer } from './socket-server';
import { ownUpgrades, refuseUpgrade } from './upgrades';

const plugin: FastifyPluginAsync = async (app) => {
  const { settings } = app.tetracast;
  const directory = new NodeDirectory(app.tetracast.bus, app.log);
  const engine = new Engine(
    {
      pingInterval: settings.heartbeatMs,
      maxHttpBufferSize: maxFrameBytes(settings.maxMessageBytes),
      // Whole frames are written past Engine.IO (engine-line.ts), which no extension may come between.
      perMessageDeflate: false,
      httpCompression: false,
    },
    (random) => directory.sessionId(random),
  );
  engine.on('connection', ({ transport }: EngineSocket) => {
    // How long the end of a polling connection waits for the poll by which it is told.
    if (transport.name === 'polling') Object.assign(transport, { closeTimeout: settings.drainTimeoutMs });
  });
  const io = createSocketServer(app.tetracast, engine, app.log);

  await app.register(engineRoutes(engine, directory));
  await app.register(clientFiles);

  app.addHook('onReady', (done) => {
    ownUpgrades(app.server, SOCKETIO_PATH, (request, socket, head) => {
      // What guards the other requests does not see this one.
      if (!isAllowedOrigin(request.headers, settings, request.socket.remoteAddress)) {
        refuseUpgrade(socket, 403, 'forbidden_origin', 'pages of this origin may not use the service');
        return;
      }
      ownerOf(request, directory).then(
        (owner) => {
          if (owner === undefined) engine.handleUpgrade(request, socket, head);
          else forwardUpgrade(request, socket, head, owner);
        },
        // The log is away, so that nobody can tell whose session it is: the client goes on polling, or tries again.
        () => socket.destroy(),
      );
    });
    done();
  });
  app.addHook('onListen', async () => {
    const { port } = app.server.address() as AddressInfo;
    await directory.announce(ownAddress(settings.host, port));
  });
  app.addHook('onClose', async () => {
    directory.stop();
    await io.close();
  });
};

/** `/socket.io/`: the Socket.IO transport, for the stock client. */
export const socketioPlugin = fp(plugin, {
  name: 'socketio',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
});
