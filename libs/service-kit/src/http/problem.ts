import { type CodedError, createProblem } from '@tetracast/message-model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toCodedError } from '@tetracast/session';
import { NO_SNIFF } from '@tetracast/node-io';
import { servedInstead, wrongType } from './request-body';

/** Seconds after which a client may retry a request that failed because of a limit or an unavailable message log. */
const RETRY_AFTER_S = 1;

/** Sends the error as `application/problem+json` (RFC 9457); `more` has extension members (section 3.2). */
export function sendProblem(reply: FastifyReply, { code, message }: CodedError, more: object = {}): FastifyReply {
  const problem = { ...createProblem(code, message), ...more };
  void reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', ...NO_SNIFF })
    .type('application/problem+json');
  if (problem.status === 415) void reply.headers(servedInstead(reply.request));
  if (problem.status === 503 || problem.status === 429) void reply.header('retry-after', RETRY_AFTER_S);
  // As bytes: Fastify would add a charset to a string, which this media type does not have.
  return reply.send(Buffer.from(JSON.stringify(problem)));
}

/** The error handler of every service. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const coded = toCodedError(error);
  if (coded.code === 'internal') request.log.error({ err: error }, 'request failed');
  // Fastify refuses the type before any parser of the service sees the body.
  void sendProblem(reply, coded.code === 'unsupported_media_type' && coded !== error ? wrongType(request) : coded);
}
