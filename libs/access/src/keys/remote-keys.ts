import type { Runtime } from '@tetracast/node-io/runtime';
import { CodedError } from '@tetracast/message-model';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWKSCacheInput,
  jwksCache,
  type JWTVerifyGetKey,
} from 'jose';
import { separateKeys, type UnusableKey } from './usable-keys';

/** How long fetched keys are used before they are fetched again. */
const CACHE_MAX_AGE_MS = 600_000;
/** A token with an unknown `kid`, or the next token after a failure, triggers another fetch, at most this often. */
const COOLDOWN_MS = 5000;

/**
 * The public keys at a URL (RFC 7517): fetched when first needed, after ten minutes, and when a token names a key that
 * is not among them.
 * @param staleMs how long the last keys stay in use after their ten minutes while they cannot be fetched again
 * @param onUnusableKey gets each key that cannot be used, once for as long as it is in the key set
 * @returns a function that finds a token's key; it throws `unavailable` if no usable key is known and the fetch fails
 */
export function createRemoteKeys(
  url: string,
  timeoutMs: number,
  staleMs: number,
  runtime: Pick<Runtime, 'now'>,
  onUnusableKey?: (key: UnusableKey) => void,
): JWTVerifyGetKey {
  const last: { jwks?: JSONWebKeySet; uat?: number } = {};
  const find = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: CACHE_MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: fetchUsable(onUnusableKey),

    [jwksCache]: last as JWKSCacheInput,
  });
  let local: { readonly of: JSONWebKeySet; readonly find: JWTVerifyGetKey } | undefined;
  let triedAt = -Infinity;
  let failure: unknown;

  const findLast: JWTVerifyGetKey = async (header, token) => {
    const { jwks, uat = -Infinity } = last;
    try {
      if (jwks !== undefined && runtime.now() < uat + CACHE_MAX_AGE_MS + staleMs) {
        if (local?.of !== jwks) local = { of: jwks, find: createLocalJWKSet(jwks) };
        return await local.find(header, token);
      }
    } catch (error) {
      // A key that is not among them may be new.
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
    }
    throw new CodedError('unavailable', 'The keys that tokens are checked with cannot be fetched: try again later', {
      cause: failure,
    });
  };

  return async (header, token) => {
    // After a failure one token in five seconds waits for another attempt, not all with a known key.
    if (last.jwks !== undefined && failure !== undefined && runtime.now() < triedAt + COOLDOWN_MS) {
      return findLast(header, token);
    }
    triedAt = runtime.now();
    try {
      const key = await find(header, token);
      failure = undefined;
      return key;
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      triedAt = runtime.now();
      failure = cause;
      return findLast(header, token);
    }
  };
}

/** Fetches a JWKS and removes the keys that cannot be used: `jose` would reject the whole set, or fail at the first of them. */
function fetchUsable(onUnusableKey: (key: UnusableKey) => void = () => undefined): typeof fetch {
  let known: ReadonlySet<string> = new Set();
  return async (url, options) => {
    const response = await fetch(url, options);
    if (response.status !== 200) return response;
    const { usable, unusable } = separateKeys(await response.json());
    const names = unusable.map((key) => JSON.stringify(key));
    unusable.filter((_key, at) => !known.has(names[at] ?? '')).forEach(onUnusableKey);
    known = new Set(names);
    return Response.json(usable);
  };
}
