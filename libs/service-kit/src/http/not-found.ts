import { CodedError } from '@tetracast/message-model';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem';
import { pathOf } from '@tetracast/node-io';

/** Answers what no route of `app` takes: 405 with `Allow` if there are routes with other methods for the path, else 404. */
export function answerNotFound(app: FastifyInstance): void {
  // The router finds a route by its URL as it was added: with the names of its parameters.
  const withParameters = new Set<string>();
  app.addHook('onRoute', ({ url }) => {
    if (url.includes(':')) withParameters.add(url);
  });
  app.setNotFoundHandler(({ method, raw }, reply) => {
    const path = pathOf(raw);
    const urls = [path, ...[...withParameters].filter((url) => fits(path, url))];
    const served = app.supportedMethods.filter((other) => urls.some((url) => app.hasRoute({ method: other, url })));
    if (served.length === 0) return sendProblem(reply, new CodedError('not_found', 'the service has no such path'));
    const advice = `the path does not take ${method}: use ${served.join(' or ')}`;
    return sendProblem(reply.header('allow', served.join(', ')), new CodedError('method_not_allowed', advice));
  });
}

/** Whether a path is one of a route with parameters, each of which is one segment. */
function fits(path: string, url: string): boolean {
  const segments = path.replace(/\/$/, '').split('/');
  const wanted = url.split('/');
  return (
    segments.length === wanted.length &&
    wanted.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  );
}
