import { ApiCaller, ApiKeys } from '@tetracast/access';
import { CodedError } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { bearerToken, isLoopback, isLoopbackName } from '@tetracast/session';
import type { FastifyRequest } from 'fastify';

const NOT_THROUGH_A_PROXY =
  'without an API key the API serves only programs of this machine, under a name of this machine and without a proxy: set API_KEYS';

/** Finds out who sends a request. @throws CodedError `unauthorized`, `rate_limited`, `unavailable` */
export type Authenticate = (request: FastifyRequest) => Promise<ApiCaller>;

/**
 * The caller is the holder of an API key or of a token, in `Authorization: Bearer`; nothing else in a request can be one. Without any
 * key of either kind the API is open to the programs of this machine, if the service listens on loopback and no proxy forwards the
 * request; elsewhere it refuses all.
 */
export function createAuthenticator({ settings, access, limits }: Tetracast): Authenticate {
  const keys = new ApiKeys(settings.apiKeys);
  const hasNoKey = keys.isEmpty && access.isOpen;
  if (hasNoKey && isLoopback(settings.host)) {
    const caller = ApiCaller.local();
    return async (request) => {
      if (isForwarded(request)) throw new CodedError('unauthorized', NOT_THROUGH_A_PROXY);
      return caller;
    };
  }
  const howTo = hasNoKey
    ? 'this server has no API key, so it refuses all calls: set API_KEYS (npm run setup makes a key)'
    : 'send an API key: "Authorization: Bearer <key>"';

  return async (request) => {
    const bearer = bearerToken(request.headers);
    if (bearer === undefined || hasNoKey) throw new CodedError('unauthorized', howTo);
    // A token has dots, and a key has none.
    if (bearer.includes('.') && !access.isOpen) return ApiCaller.ofToken(await access.permissionsForToken(bearer));
    const address = limits.addressOf(request.raw);
    limits.requireKeyAttempt(address);
    const caller = keys.find(bearer);
    if (caller !== undefined) return caller;
    limits.countWrongKey(address);
    request.log.warn({ remoteAddress: address }, 'the API refused a wrong key');
    throw new CodedError('unauthorized', 'the server does not know this API key: send one of API_KEYS');
  };
}

/** Whether a proxy on this machine forwards the request, perhaps of another machine. It names the public host, or itself. */
export function isForwarded({ headers, hostname }: FastifyRequest): boolean {
  const names = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
  return names.some((name) => headers[name] !== undefined) || !isLoopbackName(hostname);
}
