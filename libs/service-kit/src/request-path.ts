import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';

/** The path of a request, without its query. */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** The query of a request, as Fastify reads it: what stands there more than once is an array. */
export function queryOf({ url = '' }: Pick<IncomingMessage, 'url'>): Record<string, unknown> {
  const query = url.indexOf('?');
  return query < 0 ? {} : parse(url.slice(query + 1), '&', '=', { maxKeys: 0 });
}
