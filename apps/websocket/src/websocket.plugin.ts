import fastifyWebsocket from '@fastify/websocket';
import { CodedError } from '@tetracast/message-model';
import {
  boundedWebSocketOptions,
  corkUntilTurnEnds,
  maxFrameBytes,
  releaseHandshake,
  routeUpgrades,
} from '@tetracast/node-io';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { PongTimeouts } from './pong-timeouts';
import { openWebSocket } from './open-websocket';

export const PATH = '/ws';
/** The subprotocol a client may offer. A client that offers none gets the same service. */
const SUBPROTOCOL = 'tetracast.v1';
const VERSION = '13';

const plugin: FastifyPluginAsync = async (app) => {
  // `@fastify/websocket` listens for `upgrade` here: it gets the handshakes for PATH, and not those of other transports.
  const handshakes = new EventEmitter();
  // In a separate scope, so that the hooks of `@fastify/websocket` run for this route only.
  await app.register(async (scope) => {
    await scope.register(fastifyWebsocket, {
      options: {
        ...boundedWebSocketOptions({
          maxPayload: maxFrameBytes(app.tetracast.settings.maxMessageBytes),
          closeTimeout: app.tetracast.settings.drainTimeoutMs,
        }),
        server: handshakes,
        handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
        // Its types want a whole HTTP server, and a WebSocket class with the static members of the whole package.
      } as object,
      // A draining server still accepts clients and sends them elsewhere. See openWebSocket.
      preClose: (done) => {
        done();
      },
      errorHandler: (error, websocket, request) => {
        // `ws` is closing a connection whose client violated the protocol.
        if (websocket.readyState !== websocket.OPEN) return;
        request.log.error({ err: error }, 'a WebSocket failed');
        websocket.terminate();
      },
    });
    await scope.register(websocketRoute);
  });
  app.addHook('onReady', (done) => {
    routeUpgrades(app.server, PATH, (...handshake) => {
      handshakes.emit('upgrade', ...handshake);
    });
    done();
  });
};

const websocketRoute: FastifyPluginAsync = (scope) => {
  const { tetracast } = scope;
  const pongTimeouts = new PongTimeouts(tetracast.runtime, tetracast.settings.heartbeatTimeoutMs);
  // Node's parser no longer reads from the connection of a handshake, so a response is its last.
  scope.addHook('onSend', (request, reply, _payload, done) => {
    if (isHandshake(request)) void reply.header('connection', 'close');
    done();
  });
  scope.addHook('onResponse', (request, _reply, done) => {
    if (isHandshake(request)) request.raw.socket.destroySoon();
    done();
  });
  scope.route({
    method: 'GET',
    url: PATH,
    preHandler: ({ ws, raw }, _reply, done) => {
      if (ws) corkUntilTurnEnds(raw.socket);
      done();
    },
    handler: askForHandshake,
    wsHandler: (websocket: WebSocket, { raw }) => {
      releaseHandshake(websocket, raw);
      openWebSocket(tetracast, websocket, raw, pongTimeouts, scope.log);
    },
  });
  return Promise.resolve();
};

/** Answers a request that is no handshake. @throws CodedError `invalid_request` */
export function askForHandshake({ raw }: FastifyRequest, reply: FastifyReply): never {
  // RFC 6455, section 4.4: tells a client with another version which one the server has.
  void reply.header('sec-websocket-version', VERSION);
  const remedy =
    raw.httpVersion === '1.0'
      ? 'use HTTP/1.1, also between a proxy and this server, since there are no upgrades in HTTP/1.0'
      : 'connect with a WebSocket client, through proxies that pass the upgrade on';
  throw new CodedError('invalid_request', `this path takes WebSocket handshakes only: ${remedy}`);
}

function isHandshake({ headers }: FastifyRequest): boolean {
  return headers.upgrade !== undefined;
}

/** `GET /ws`: the WebSocket transport. */
export const websocketPlugin = fp(plugin, {
  name: 'websocket',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
});
