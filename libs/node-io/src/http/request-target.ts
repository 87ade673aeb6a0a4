import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';

/** The path of a request, without its query and without a slash at its end, which changes nothing. */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  const query = url.indexOf('?');
  return withoutSlash(query < 0 ? url : url.slice(0, query));
}

export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The query of a request, as Fastify reads it: a field that occurs more than once is an array. */
export function queryOf({ url = '' }: Pick<IncomingMessage, 'url'>): Record<string, unknown> {
  const query = url.indexOf('?');
  return query < 0 ? {} : parse(url.slice(query + 1), '&', '=', { maxKeys: 0 });
}
