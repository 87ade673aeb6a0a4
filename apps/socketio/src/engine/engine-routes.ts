import { CodedError, createProblem } from '@tetracast/message-model';
import { WholeRequest } from '@tetracast/node-io';
import { requirePlainText } from '@tetracast/service-kit';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { Engine } from './engine';
import { requireRoomForSession } from './engine-quota';
import { EngineConnection } from './engine-connection';
import { forwardRequest, ownerOf } from './forwarding';
import type { NodeDirectory } from './node-directory';

/** The default path of the stock client. */
export const SOCKETIO_PATH = '/socket.io/';

/**
 * Gives HTTP requests to Engine.IO after the hooks of the service. Forwards those whose session another process keeps.
 */
export function engineRoutes(engine: Engine, directory: NodeDirectory): FastifyPluginAsync {
  return async (app) => {
    const { tetracast } = app;
    // Engine.IO reads the body, here or in the other process.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => {
      done(null, payload);
    });
    app.route<{ Querystring: Record<string, unknown> }>({
      method: ['GET', 'POST'],
      url: SOCKETIO_PATH,
      exposeHeadRoute: false,
      // In the turn that read the head: the body may follow in the same bytes.
      onRequest: ({ raw }, reply, next) => {
        if (raw instanceof WholeRequest) raw.requireUtf8(() => refuseBody(reply));
        next();
      },
      handler: async (request, reply) => {
        const { sid, j: jsonp } = request.query;
        // The request of a script element has no origin: any page could read the response.
        if (jsonp !== undefined) throw new CodedError('invalid_request', 'the service has no JSONP: leave "j" out');
        if (request.method === 'POST') requirePlainText(request.headers);
        const owner = await ownerOf(request.raw, directory);
        if (owner !== undefined) return forwardRequest(request, reply, owner);
        requireRoomForSession(tetracast, request.raw);
        const connection = typeof sid === 'string' ? engine.connectionOf(sid) : undefined;
        if (request.method === 'POST' && connection !== undefined) {
          await EngineConnection.of(connection, tetracast.settings).whenWritable();
        }
        reply.hijack();
        if (request.raw.destroyed || reply.raw.headersSent) return reply;
        for (const [name, value] of Object.entries(reply.getHeaders())) {
          if (value !== undefined) reply.raw.setHeader(name, value);
        }
        engine.handleRequest(request.raw, reply.raw);
        return reply;
      },
    });
  };
}

/** Answers a body that is not UTF-8 and closes the connection, since the rest of the body is not read. */
function refuseBody({ raw }: FastifyReply): void {
  if (raw.headersSent) return;
  const problem = createProblem('invalid_message', 'the body is not UTF-8: send the packets in UTF-8');
  raw.writeHead(problem.status, { 'content-type': 'application/problem+json', connection: 'close' });
  raw.end(JSON.stringify(problem));
}
