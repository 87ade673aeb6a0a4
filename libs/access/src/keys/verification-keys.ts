import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { errors, type JWTVerifyGetKey } from 'jose';
import { type KeySources, secretBytesOf, usesSecret } from './algorithms';
import { isKeyFor, readPublicKey } from './public-key';
import { createRemoteKeys } from './remote-keys';
import type { UnusableKey } from './usable-keys';

export interface KeyOptions extends KeySources {
  /** Names of RFC 7518 and RFC 8037; a token with another `alg` is refused. */
  readonly algorithms: readonly string[];
  readonly jwksTimeoutMs: number;
  /** How long keys stay in use that cannot be fetched again; see {@link createRemoteKeys}. */
  readonly jwksStaleMs: number;
  readonly onUnusableKey?: (key: UnusableKey) => void;
  /** Default: the real clocks. */
  readonly runtime?: Runtime;
}

/**
 * Finds the key of a token by its header. The secret serves its own algorithms and public keys serve theirs, so a token cannot
 * have a public key used as a secret (RFC 8725, section 2.1).
 * @throws Error if a key is unreadable, an algorithm has no key, or a key has no algorithm.
 */
export function createKeyFinder(options: KeyOptions): JWTVerifyGetKey {
  const secretAlgorithms = options.algorithms.filter(usesSecret);
  const publicAlgorithms = options.algorithms.filter((algorithm) => !usesSecret(algorithm));
  const findSecret = createSecretFinder(options.secret, secretAlgorithms);
  const findPublicKey = createPublicKeyFinder(options, publicAlgorithms);

  requireBoth('a secret', findSecret, secretAlgorithms, 'HS256, HS384 or HS512');
  requireBoth('a public key or a JWKS URL', findPublicKey, publicAlgorithms, 'an algorithm of public keys');
  return async (header, token) => {
    const find = usesSecret(header.alg) ? findSecret : findPublicKey;
    if (find === undefined) throw new errors.JOSEAlgNotAllowed();
    return find(header, token);
  };
}

function createSecretFinder(secret: string | undefined, algorithms: readonly string[]): JWTVerifyGetKey | undefined {
  if (!secret) return undefined;
  if (secret.includes('-----BEGIN ')) throw new Error('The secret is a key in PEM: give it as the public key');
  const bytes = new TextEncoder().encode(secret);
  for (const algorithm of algorithms) {
    const least = secretBytesOf(algorithm);
    if (bytes.length < least) throw new Error(`The secret is shorter than ${least} bytes, which ${algorithm} needs`);
  }
  return async () => bytes;
}

function createPublicKeyFinder(options: KeyOptions, algorithms: readonly string[]): JWTVerifyGetKey | undefined {
  const { publicKey, jwksUrl, jwksTimeoutMs, jwksStaleMs, onUnusableKey, runtime = nodeRuntime } = options;
  if (publicKey && jwksUrl) throw new Error('A public key and a JWKS URL: only one of them can be meant');
  if (jwksUrl) return createRemoteKeys(jwksUrl, jwksTimeoutMs, jwksStaleMs, runtime, onUnusableKey);
  if (!publicKey) return undefined;

  const key = readPublicKey(publicKey);
  const usable = algorithms.filter((algorithm) => isKeyFor(algorithm, key));
  if (usable.length === 0) throw new Error(`The public key fits none of the algorithms ${algorithms.join(', ')}`);
  return async ({ alg }) => {
    if (!usable.includes(alg)) throw new errors.JOSEAlgNotAllowed();
    return key;
  };
}

function requireBoth(
  key: string,
  find: JWTVerifyGetKey | undefined,
  algorithms: readonly string[],
  wanted: string,
): void {
  if (find === undefined && algorithms.length > 0) throw new Error(`${algorithms.join(', ')} needs ${key}`);
  if (find !== undefined && algorithms.length === 0)
    throw new Error(`There is ${key}, but no algorithm for it: add ${wanted}`);
}
