import { CodedError } from '@tetracast/message-model';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** How long fetched keys are used before they are fetched again. */
const CACHE_MAX_AGE_MS = 600_000;
/** A token with an unknown `kid` has the keys fetched anew, but not more often than this. */
const COOLDOWN_MS = 5000;

/**
 * The public keys at a URL (RFC 7517): fetched when first needed, after ten minutes, and when a token names a key that
 * is not among them.
 * @returns what finds a token's key; it throws `unavailable` if they cannot be fetched or are no set of keys.
 */
export function createRemoteKeys(url: string, timeoutMs: number): JWTVerifyGetKey {
  const find = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: CACHE_MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
  });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      throw new CodedError('unavailable', 'The keys that tokens are checked with cannot be fetched', { cause });
    }
  };
}
