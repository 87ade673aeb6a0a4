import type { Permissions, TokenClaims } from '@tetracast/access';
import { CodedError, RELAY_TTL_MS } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { authenticateRequest, checkOrigin, isLoopback } from '@tetracast/session';
import type { FastifyRequest } from 'fastify';
import { isForwarded } from '../authenticate';

/**
 * What the client of a request may do. Without keys only programs and pages of this machine may use a relay: it spends the
 * operator's money. A page of another origin needs that very origin in ALLOWED_ORIGINS, without a wildcard.
 *
 * @throws CodedError `unauthorized`, `forbidden_origin`, `rate_limited`, `unavailable`
 */
export async function authenticateForRelay(tetracast: Tetracast, request: FastifyRequest): Promise<Permissions> {
  const { settings, access, draining } = tetracast;
  const exact = settings.allowedOrigins.filter((origin) => !origin.includes('*'));
  const refusal = checkOrigin(request.raw, { ...settings, allowedOrigins: exact });
  if (refusal !== undefined) throw refusal;
  if (draining) throw new CodedError('unavailable', 'the service is stopping: try again');
  if (access.isOpen && (!isLoopback(settings.host) || isForwarded(request)))
    throw new CodedError(
      'unauthorized',
      'without a key the relays serve only this machine, under a name of this machine and without a proxy: set AUTH_SECRET',
    );
  return authenticateRequest(tetracast, request.raw, 'publish');
}

/** A ticket for the channel of a relay, which is good on all transports for as long as its messages are stored. */
export async function issueRelayTicket(
  { access, settings, runtime }: Tetracast,
  { claims }: Permissions,
  channel: string,
): Promise<string> {
  const now = runtime.now();
  const lifeMs = Math.min(RELAY_TTL_MS, settings.revocationTtlMs);
  const own = [channel];
  const ticket: TokenClaims = {
    ...(claims?.sub !== undefined && { sub: claims.sub }),
    ...(claims?.jti !== undefined && { jti: claims.jti }),
    iat: Math.floor(now / 1000),
    exp: Math.floor((now + lifeMs) / 1000),
    tetracast: { subscribe: own, publish: [], presence: own, cancel: own, admin: false },
  };
  return access.tickets.issueToken(ticket, channel);
}
