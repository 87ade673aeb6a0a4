import { createHmac, createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';

/** What a token says. Patterns are channels, `chat:*`, or `*`; `{sub}` in them is the subject. */
export interface TokenOptions {
  /** The user. Default: none. */
  readonly sub?: string;
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
  readonly presence?: readonly string[];
  readonly end?: readonly string[];
  readonly cancel?: readonly string[];
  /** Names of the relays that it may use, or `*`. Default: none. */
  readonly relay?: readonly string[];
  /** What members see of this one, as JSON of up to 1 KiB. Default: nothing. */
  readonly info?: unknown;
  /** Whether it may revoke tokens. Default `false`. */
  readonly admin?: boolean;
  /** Scopes of the server API. Default: none. */
  readonly api?: readonly string[];
  /** How long it is valid, in seconds. Default 3600. */
  readonly expiresInS?: number;
  /** By which it can be revoked. Default: a random one. */
  readonly jti?: string;
  /** AUTH_ISSUER and AUTH_AUDIENCE of the server. */
  readonly iss?: string;
  readonly aud?: string;
}

/** AUTH_SECRET of the server, or the private key, as PEM, of its AUTH_PUBLIC_KEY or of a key at its AUTH_JWKS_URL. */
export type SigningKey =
  | { readonly secret: string }
  | {
      readonly privateKey: string;
      /** Names the key in the set at AUTH_JWKS_URL. */
      readonly keyId?: string;
    };

const EXPIRES_IN_S = 3600;
/** RFC 7518, section 3.2. */
const SECRET_MIN_BYTES = 32;

type Sign = (text: string) => Buffer;

/**
 * Makes a token (RFC 7519) for one client: HS256 with a secret; EdDSA, ES256 or RS256 with a private key, by its type.
 *
 * @throws TypeError if the key cannot sign
 */
export function mintToken(key: SigningKey, options: TokenOptions): string {
  const { subscribe = [], publish = [], presence, end, cancel, relay, info, admin, api, ...others } = options;
  const { expiresInS = EXPIRES_IN_S, ...names } = others;
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    jti: randomUUID(),
    ...names,
    iat,
    exp: iat + expiresInS,
    tetracast: { subscribe, publish, presence, end, cancel, relay, info, admin, api },
  };
  const { alg, sign: signText } = signerOf(key);
  const header = { alg, typ: 'JWT', ...('keyId' in key ? { kid: key.keyId } : {}) };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${signText(text).toString('base64url')}`;
}

function signerOf(key: SigningKey): { readonly alg: string; readonly sign: Sign } {
  if ('privateKey' in key) {
    requireText(key.privateKey, 'private key', 'pass it as PEM');
    return signerOfPrivateKey(createPrivateKey(key.privateKey));
  }
  requireText(key.secret, 'secret', 'pass AUTH_SECRET of the server');
  if (Buffer.byteLength(key.secret) < SECRET_MIN_BYTES)
    throw new TypeError(`the secret is shorter than ${SECRET_MIN_BYTES} bytes: use AUTH_SECRET of the server`);
  return { alg: 'HS256', sign: (text) => createHmac('sha256', key.secret).update(text).digest() };
}

/** An environment variable that is not set is `undefined`, whatever the types say. */
function requireText(value: unknown, what: string, advice: string): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`there is no ${what} to sign the token with: ${advice}`);
}

function signerOfPrivateKey(key: KeyObject): { readonly alg: string; readonly sign: Sign } {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === 'ed25519') return { alg: 'EdDSA', sign: (text) => sign(null, Buffer.from(text), key) };
  if (asymmetricKeyType === 'rsa') return { alg: 'RS256', sign: (text) => sign('sha256', Buffer.from(text), key) };
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    return { alg: 'ES256', sign: (text) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }) };
  }
  throw new TypeError(`a key of the type ${asymmetricKeyType ?? 'unknown'} signs no token: use Ed25519, P-256 or RSA`);
}
