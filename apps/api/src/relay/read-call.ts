import { CodedError } from '@tetracast/message-model';
import type { Settings } from '@tetracast/service-kit';
import type { FastifyRequest } from 'fastify';
import type { RelayRoute } from './relay-route';
import type { RelayCall } from './upstream/call-upstream';

/** What a request asks of which upstream. @throws CodedError `not_found` */
export function readCall(relays: Settings['relays'], request: FastifyRequest<RelayRoute>): RelayCall {
  const { name, '*': suffix = '' } = request.params;
  const target = relays.get(name);
  if (target === undefined) {
    const variable = `RELAY_${name.toUpperCase().replaceAll('-', '_')}`;
    throw new CodedError('not_found', `there is no relay ${name}: the operator names its upstream in ${variable}`);
  }
  if (suffix !== '' && !target.suffixes.has(suffix))
    throw new CodedError('not_found', `the relay ${name} does not take this suffix: the operator lists those it takes`);
  return { name, target, suffix, headers: request.headers, body: request.body ?? Buffer.alloc(0) };
}
