import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { weaknessOf } from './public-key';

/** A key of a JWKS that cannot be used, for the operator; it holds nothing of the key itself. */
export interface UnusableKey {
  /** Its `kid` and `kty`, where they are texts. */
  readonly kid?: string;
  readonly kty?: string;
  /** Its index in the list, from 0. */
  readonly index: number;
  /** The end of a sentence that begins with "the key". */
  readonly reason: string;
}

const SHOWN_MAX = 100;

/**
 * Splits the keys of a JWKS (RFC 7517): one key that cannot be used must not make the others unusable. Keys for other purposes
 * than signatures may stay. Any other value is returned as it is.
 */
export function separateKeys(jwks: unknown): { readonly usable: unknown; readonly unusable: readonly UnusableKey[] } {
  if (!isObject(jwks) || !Array.isArray(jwks['keys'])) return { usable: jwks, unusable: [] };
  const unusable: UnusableKey[] = [];
  const keys = (jwks['keys'] as unknown[]).filter((key, index) => {
    const reason = flawOf(key);
    if (reason !== undefined) unusable.push({ ...describe(key), index, reason });
    return reason === undefined;
  });
  return { usable: { ...jwks, keys }, unusable };
}

function flawOf(key: unknown): string | undefined {
  if (!isObject(key)) return 'is not an object';
  if ('d' in key || 'k' in key) return 'is secret, and not a public key';
  try {
    return weaknessOf(createPublicKey({ key: key as JsonWebKey, format: 'jwk' }));
  } catch {
    return 'is none of a known kind, or incomplete';
  }
}

function describe(key: unknown): Pick<UnusableKey, 'kid' | 'kty'> {
  if (!isObject(key)) return {};
  const { kid, kty } = key;
  return {
    ...(typeof kid === 'string' && { kid: kid.slice(0, SHOWN_MAX) }),
    ...(typeof kty === 'string' && { kty: kty.slice(0, SHOWN_MAX) }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
