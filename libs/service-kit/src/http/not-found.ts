import { CodedError } from '@tetracast/message-model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem';
import { pathOf } from '@tetracast/node-io';

/** Answers 405 with `Allow` if the service has other methods for the path, else 404. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const { server, method } = request;
  const url = pathOf(request.raw);
  const served = server.supportedMethods.filter((other) => server.hasRoute({ method: other, url }));
  if (served.length === 0) {
    void sendProblem(reply, new CodedError('not_found', 'the service has no such path'));
    return;
  }
  void reply.header('allow', served.join(', '));
  void sendProblem(
    reply,
    new CodedError('method_not_allowed', `the path does not take ${method}: use ${served.join(' or ')}`),
  );
}
