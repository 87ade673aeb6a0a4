/** Signatures over the shared secret (RFC 7518, section 3.2). */
const SECRET_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'];

/** Signatures that are checked with a public key (RFC 7518, sections 3.3 to 3.5; RFC 8037, Ed25519 only). */
const PUBLIC_KEY_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** Every `alg` a token may be signed with, as RFC 7518 and RFC 8037 name them. `none` is no signature. */
export const ALGORITHMS: readonly string[] = [...SECRET_ALGORITHMS, ...PUBLIC_KEY_ALGORITHMS];

/** The configured keys; an empty text means none. */
export interface KeySources {
  readonly secret?: string;
  readonly publicKey?: string;
  readonly jwksUrl?: string;
}

/** The algorithms accepted by default: HS256 with a secret; EdDSA, ES256, PS256 and RS256 with public keys. */
export function defaultAlgorithms({ secret, publicKey, jwksUrl }: KeySources): string[] {
  return [...(secret ? ['HS256'] : []), ...(publicKey || jwksUrl ? ['EdDSA', 'ES256', 'PS256', 'RS256'] : [])];
}

/** Whether a token with this `alg` is checked with the secret; any other is checked with a public key, never with both. */
export const usesSecret = (algorithm: string): boolean => SECRET_ALGORITHMS.includes(algorithm);

/** Shortest secret for such an algorithm, in bytes: as long as its hash (RFC 7518, section 3.2). */
export const secretBytesOf = (algorithm: string): number => Number(algorithm.slice(2)) / 8;
