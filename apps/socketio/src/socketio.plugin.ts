import { checkOrigin } from '@tetracast/session';
import {
  boundedWebSocketOptions,
  INTERNALS,
  maxFrameBytes,
  respondWithoutUpgrade,
  routeUpgrades,
} from '@tetracast/node-io';
import type { Socket as EngineSocket } from 'engine.io';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { clientFiles } from './client-files';
import { type WorkerListener, startWorkerListener } from './engine/worker-listener';
import { closeOnBrokenUpgrade } from './engine/broken-upgrade';
import { Engine, forgetHandshake } from './engine/engine';
import { admitSession, hasRoomForSession } from './engine/engine-quota';
import { engineRoutes, SOCKETIO_PATH } from './engine/engine-routes';
import { adoptClientAddress } from './engine/forwarded';
import { forwardUpgrade, ownerOf } from './engine/forwarding';
import { NodeDirectory, ownAddress } from './engine/node-directory';
import { createSocketServer } from './socket-server';

const plugin: FastifyPluginAsync = async (app) => {
  const { settings, runtime, group } = app.tetracast;
  const directory = new NodeDirectory(app.tetracast.bus, app.log, runtime, group);
  let workerListener: WorkerListener | undefined;
  const maxPayload = maxFrameBytes(settings.maxMessageBytes);
  const bounds = boundedWebSocketOptions({ maxPayload, closeTimeout: settings.drainTimeoutMs });
  const websockets = new WebSocketServer({ ...bounds, noServer: true });
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
    () => directory.createSessionId(),
  );
  engine.on('connection', (session: EngineSocket) => {
    const { transport } = session;
    admitSession(app.tetracast, session);
    forgetHandshake(session);
    if (transport.name !== 'polling') return;
    closeOnBrokenUpgrade(session);
    // How long a polling session that closes waits for the next poll. Engine.IO has no option for it.
    if (INTERNALS.engineCloseTimeout) Object.assign(transport, { closeTimeout: settings.drainTimeoutMs });
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
      // The route sends the client the reason.
      if (checkOrigin(request, settings) !== undefined) {
        respondWithoutUpgrade(app.server, request);
        return;
      }
      ownerOf(request, directory).then(
        (owner) => {
          if (owner !== undefined) forwardUpgrade(request, socket, head, owner);
          else if (hasRoomForSession(app.tetracast, request) && engine.takesUpgrade(request))
            engine.handleUpgrade(request, socket, head);
          // The route sends the client the reason.
          else respondWithoutUpgrade(app.server, request);
        },
        // The owner is unknown while the store cannot be reached. The client keeps polling, or tries again.
        () => socket.destroy(),
      );
    });
    if (group === undefined) return;
    workerListener = await startWorkerListener(app.server);
    // Before the first session begins: its next request may arrive at another process of the group.
    await directory.announce(ownAddress(settings.host, settings.port), workerListener.address);
  });
  app.addHook('onListen', async () => {
    const { port } = app.server.address() as AddressInfo;
    await directory.announce(ownAddress(settings.host, port), workerListener?.address);
  });
  app.addHook('onClose', async () => {
    directory.stop();
    workerListener?.close();
    await io.close();
  });
};

/** `/socket.io/`: the Socket.IO transport, for the stock client. */
export const socketioPlugin = fp(plugin, {
  name: 'socketio',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
});
