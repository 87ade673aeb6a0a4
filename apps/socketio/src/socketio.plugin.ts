import { checkOrigin } from '@tetracast/session';
import { respondWithoutUpgrade, BoundedWebSocketServer, maxFrameBytes, routeUpgrades } from '@tetracast/node-io';
import type { Socket as EngineSocket } from 'engine.io';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { AddressInfo } from 'node:net';
import { clientFiles } from './client-files';
import { type WorkerListener, startWorkerListener } from './engine/worker-listener';
import { Engine, forgetHandshake } from './engine/engine';
import { admitSession, hasRoomForSession } from './engine/engine-quota';
import { engineRoutes, SOCKETIO_PATH } from './engine/engine-routes';
import { adoptClientAddress } from './engine/forwarded';
import { forwardUpgrade, ownerOf } from './engine/forwarding';
import { NodeDirectory, ownAddress } from './engine/node-directory';
import { createSocketServer } from './socket-server';

const plugin: FastifyPluginAsync = async (app) => {
  const { settings, group } = app.tetracast;
  const directory = new NodeDirectory(app.tetracast.bus, app.log, group);
  let door: WorkerListener | undefined;
  const maxPayload = maxFrameBytes(settings.maxMessageBytes);
  const websockets = new BoundedWebSocketServer({ maxPayload, closeTimeout: settings.drainTimeoutMs });
  // The route says what is wrong with a handshake; `ws` would do it in HTML.
  websockets.on('wsClientError', (_error, _socket, request) => {
    respondWithoutUpgrade(app.server, request);
  });
  const engine = new Engine(
    {
      pingInterval: settings.heartbeatIntervalMs,
      pingTimeout: settings.heartbeatTimeoutMs,
      upgradeTimeout: settings.headersTimeoutMs,
      maxHttpBufferSize: maxPayload,
      wsEngine: function create() {
        return websockets;
      },
      httpCompression: false,
    },
    (random) => directory.sessionId(random),
  );
  engine.on('connection', (session: EngineSocket) => {
    const { transport } = session;
    admitSession(app.tetracast, session);
    forgetHandshake(session);
    // How long the end of a polling connection waits for the poll by which it is told.
    if (transport.name === 'polling') Object.assign(transport, { closeTimeout: settings.drainTimeoutMs });
  });
  const io = createSocketServer(app.tetracast, engine, app.log);

  await app.register(engineRoutes(engine, directory));
  await app.register(clientFiles);

  app.addHook('onReady', async () => {
    app.server.prependListener('request', (request) => {
      adoptClientAddress(request, directory.key);
    });
    routeUpgrades(app.server, SOCKETIO_PATH, (request, socket, head) => {
      adoptClientAddress(request, directory.key);
      // The route says why.
      if (checkOrigin(request, settings) !== undefined) {
        respondWithoutUpgrade(app.server, request);
        return;
      }
      ownerOf(request, directory).then(
        (owner) => {
          if (owner !== undefined) forwardUpgrade(request, socket, head, owner);
          else if (hasRoomForSession(app.tetracast, request) && engine.takesUpgrade(request))
            engine.handleUpgrade(request, socket, head);
          // The route says why.
          else respondWithoutUpgrade(app.server, request);
        },
        // The log is away, so that nobody can tell whose session it is: the client goes on polling, or tries again.
        () => socket.destroy(),
      );
    });
    if (group === undefined) return;
    door = await startWorkerListener(app.server);
    // Before the first session begins, whose next request may come to another process of the group.
    await directory.announce(ownAddress(settings.host, settings.port), door.address);
  });
  app.addHook('onListen', async () => {
    const { port } = app.server.address() as AddressInfo;
    await directory.announce(ownAddress(settings.host, port), door?.address);
  });
  app.addHook('onClose', async () => {
    directory.stop();
    door?.close();
    await io.close();
  });
};

/** `/socket.io/`: the Socket.IO transport, for the stock client. */
export const socketioPlugin = fp(plugin, {
  name: 'socketio',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
});
