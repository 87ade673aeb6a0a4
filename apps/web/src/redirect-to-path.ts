import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Redirects a request that has a slash at its end where `path` has none, or none where it has one, and keeps the query: the router
 * takes either, but a relative link on the page leads elsewhere. Returns whether it did.
 */
export function redirectToPath({ url }: FastifyRequest, reply: FastifyReply, path: string): boolean {
  const queryAt = url.indexOf('?');
  const asked = queryAt < 0 ? url : url.slice(0, queryAt);
  if (asked.endsWith('/') === path.endsWith('/')) return false;
  void reply.redirect(queryAt < 0 ? path : path + url.slice(queryAt), 301);
  return true;
}
