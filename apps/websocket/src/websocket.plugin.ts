import fastifyWebsocket from '@fastify/websocket';
import { CodedError } from '@tetracast/message-model';
import { maxFrameBytes } from '@tetracast/service-kit';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { openWebSocket } from './open-websocket';

/** The subprotocol a client may offer; one that offers none is served alike. */
const SUBPROTOCOL = 'tetracast.v1';

const plugin: FastifyPluginAsync = async (app) => {
  const { settings } = app.tetracast;

  const options = {
    // Whole frames are written past `ws` (raw-socket.ts), which no extension may come between.
    perMessageDeflate: false,
    maxPayload: maxFrameBytes(settings.maxMessageBytes),
    // How long a peer may take to answer a close frame; unknown to the types as yet.
    closeTimeout: settings.drainTimeoutMs,
    clientTracking: false,
    handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : (false as const)),
  };
  await app.register(fastifyWebsocket, {
    options,
    // The hub ends the lines when the service stops, with a code that says so.
    preClose: (done) => {
      done();
    },
    errorHandler: (error, websocket, request) => {
      request.log.debug({ err: error }, 'WebSocket failed');
      // A line that broke the protocol is being closed by `ws`, with the code that says how.
      if (websocket.readyState === websocket.OPEN) websocket.terminate();
    },
  });

  app.route({
    method: 'GET',
    url: '/ws',
    handler: () => {
      throw new CodedError('invalid_request', 'a WebSocket handshake is wanted here: upgrade required');
    },
    wsHandler: (websocket, request) => {
      openWebSocket(app.tetracast, websocket, request);
    },
  });
};

/** `GET /ws`: the WebSocket transport. */
export const websocketPlugin = fp(plugin, {
  name: 'websocket',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
});
