import { CodedError } from '@tetracast/message-model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem';
import { pathOf } from '@tetracast/node-io';

/** 405 with `Allow` where the path is served for other methods, else 404. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const { server, method } = request;
  const url = pathOf(request.raw);
  const served = server.supportedMethods.filter((other) => server.hasRoute({ method: other, url }));
  if (served.length === 0) {
    void sendProblem(reply, new CodedError('not_found', 'nothing is served under this path'));
    return;
  }
  void reply.header('allow', served.join(', '));
  void sendProblem(
    reply,
    new CodedError('method_not_allowed', `${method} is not served here, ${served.join(', ')} is`),
  );
}
