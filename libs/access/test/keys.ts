import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

export const SECRET = 'a secret of more than sixty-four bytes, so that HS512 may use it, too.';

export const secretKey = createSecretKey(Buffer.from(SECRET));

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A key pair for each kind of public-key algorithm, new in each run. */
export const PAIRS = {
  RS: rsa,
  PS: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

export const pairOf = (algorithm: string): { publicKey: KeyObject; privateKey: KeyObject } =>
  PAIRS[(algorithm in PAIRS ? algorithm : algorithm.slice(0, 2)) as keyof typeof PAIRS];

export const pemOf = (publicKey: KeyObject): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();

export const nowS = (): number => Math.floor(Date.now() / 1000);

/** A token with exactly these claims; HS256 with {@link secretKey} by default. */
export function sign(
  claims: JWTPayload,
  { alg = 'HS256', kid, key = secretKey }: { alg?: string; kid?: string; key?: KeyObject } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) }).sign(key);
}
