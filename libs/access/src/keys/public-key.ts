import { createPublicKey, type KeyObject } from 'node:crypto';

/** RFC 7518, sections 3.3 and 3.5. */
const RSA_MIN_BITS = 2048;

const EC_ALGORITHMS: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/**
 * The key in a PEM text, SPKI or an X.509 certificate. A private key is refused, though it holds the public one.
 * @throws Error that says what is wrong with it.
 */
export function readPublicKey(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY')) throw new Error('The public key is a private key: give only the public half');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new Error('The public key is neither a public key nor a certificate in PEM', { cause });
  }
  const weakness = weaknessOf(key);
  if (weakness !== undefined) throw new Error(`The public key ${weakness}`);
  return key;
}

/** Why a key is too weak for any algorithm, as the end of a sentence. */
export function weaknessOf({ asymmetricKeyDetails }: KeyObject): string | undefined {
  const bits = asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < RSA_MIN_BITS ? `has ${bits} bits, not ${RSA_MIN_BITS}` : undefined;
}

/** Whether a signature with this algorithm can be checked with the key. */
export function isKeyFor(algorithm: string, key: KeyObject): boolean {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return algorithm.startsWith('RS') || algorithm.startsWith('PS');
    case 'ec':
      return EC_ALGORITHMS[key.asymmetricKeyDetails?.namedCurve ?? ''] === algorithm;
    case 'ed25519':
      return algorithm === 'EdDSA';
    default:
      return false;
  }
}
