import { CodedError } from '@tetracast/message-model';
import { checkOrigin } from '@tetracast/session';
import {
  respondWithoutUpgrade,
  BoundedWebSocketServer,
  corkUntilTurnEnds,
  maxFrameBytes,
  routeUpgrades,
} from '@tetracast/node-io';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { PongTimeouts } from './pong-timeouts';
import { openWebSocket } from './open-websocket';

const PATH = '/ws';
/** The subprotocol a client may offer; one that offers none is served alike. */
const SUBPROTOCOL = 'tetracast.v1';
const VERSION = '13';

const plugin: FastifyPluginAsync = async (app) => {
  const { settings } = app.tetracast;
  const answers = new PongTimeouts(settings.heartbeatTimeoutMs);
  const server = new BoundedWebSocketServer({
    maxPayload: maxFrameBytes(settings.maxMessageBytes),
    closeTimeout: settings.drainTimeoutMs,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  app.get(PATH, (_request, reply) => {
    // RFC 6455, section 4.4: whoever asked for another version is told ours.
    void reply.header('sec-websocket-version', VERSION);
    throw new CodedError('invalid_request', 'a WebSocket handshake is wanted here: upgrade required');
  });

  // Of a handshake that is none, too, the route says why; `ws` would do it in HTML.
  server.on('wsClientError', (_error, _socket, request) => {
    respondWithoutUpgrade(app.server, request);
  });

  // Past Fastify's routes: what makes up a request and its answer would be kept as long as the line lives, and costs more
  // than the idle line itself.
  app.addHook('onReady', (done) => {
    routeUpgrades(app.server, PATH, (request, socket, head) => {
      // The route says why.
      if (checkOrigin(request, settings) !== undefined) {
        respondWithoutUpgrade(app.server, request);
        return;
      }
      corkUntilTurnEnds(socket);
      server.handleUpgrade(request, socket, head, (websocket) => {
        openWebSocket(app.tetracast, websocket, request, answers, app.log);
      });
    });
    done();
  });
};

/** `GET /ws`: the WebSocket transport. */
export const websocketPlugin = fp(plugin, {
  name: 'websocket',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
});
