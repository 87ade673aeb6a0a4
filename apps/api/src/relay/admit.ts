import type { Permissions } from '@tetracast/access';
import type { RelayOwner } from '@tetracast/bus';
import { CodedError, RELAY_TTL_MS } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { clientIn } from '@tetracast/session';
import type { FastifyRequest } from 'fastify';
import type { RelayRoute } from './relay-route';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Counts one more relay for the address and the user of a request. Resolves to the channel of the answer, if the client has asked for
 * the same before.
 *
 * @throws CodedError `rate_limited`, `invalid_request`; BusUnavailableError
 */
export async function admit(
  { bus, settings, limits }: Tetracast,
  request: FastifyRequest<RelayRoute>,
  { subject }: Permissions,
  { name, channel }: { readonly name: string; readonly channel: string },
): Promise<string | undefined> {
  const { relayAtOnce, relayDaily, relayLeaseMs: leaseMs } = settings;
  const address = limits.addressOf(request.raw);
  const key = request.headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)))
    throw new CodedError('invalid_request', 'an idempotency key must be 1 to 200 visible ASCII characters');
  const owner = subject === undefined ? (clientIn(request.query) ?? address) : { user: subject };
  const owners: RelayOwner[] = [{ name: `ip ${address}`, atOnce: relayAtOnce.address, aDay: relayDaily.address }];
  if (subject !== undefined) owners.push({ name: `user ${subject}`, atOnce: relayAtOnce.user, aDay: relayDaily.user });
  const admission = await bus.admitRelay({
    ...{ channel, leaseMs, owners, keyTtlMs: RELAY_TTL_MS },
    ...(key !== undefined && { key: JSON.stringify([name, owner, key]) }),
  });
  if (admission.kind === 'known') return admission.channel;
  if (admission.kind === 'new') return undefined;
  const { limit, owner: full } = admission;
  const whose = full === owners[0] ? 'this address' : 'this user';
  throw limits.refuse(
    'rate_limited',
    `relays_${limit === 'aDay' ? 'daily' : 'at_once'}_per_${full === owners[0] ? 'ip' : 'user'}`,
    limit === 'aDay'
      ? `${whose} has asked for all ${full.aDay} answers of today: ask again tomorrow`
      : `${whose} has ${full.atOnce} answers under way: wait until one has ended, or cancel one`,
  );
}
