import { CodedError } from '@tetracast/message-model';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import { ALGORITHMS } from './algorithms';
import { readClaims, type TokenClaims } from './claims';
import { Permissions } from './permissions';
import { limitAge } from './token-age';
import { tokenRefusal } from './token-refusal';
import { createKeyFinder, type KeyOptions } from './verification-keys';
import { VerifiedTokens } from './verified-tokens';

export interface VerifierOptions extends KeyOptions {
  /** Bytes of UTF-8 are the key of HS256, HS384 and HS512. */
  readonly secret?: string;
  /** PEM: SPKI or an X.509 certificate. */
  readonly publicKey?: string;
  /** Instead of a public key: where there are such (RFC 7517). */
  readonly jwksUrl?: string;
  /** What `iss` must be; absent or empty: anything. */
  readonly issuer?: string;
  /** What `aud` must be or hold; absent or empty: anything. */
  readonly audience?: string;
  /** How far clocks may be apart when `exp` and `nbf` are checked. */
  readonly leewayS: number;
  /** How long after its `iat` a token is good at most; absent or 0: for as long as it says. */
  readonly maxAgeS?: number;
  /** What the bearer of any token may do, as everybody may. */
  readonly everybody?: Permissions;
}

/** Longest token that is read at all. */
const TOKEN_MAX_BYTES = 8192;

const REMEMBERED_TOKENS = 1000;
/** After that a token is verified again: a key that was withdrawn is not honoured for longer. */
const REMEMBERED_MS = 60_000;

/** Checks signed JWTs (RFC 7519) in this process. */
export class TokenVerifier {
  private readonly verified = new VerifiedTokens(REMEMBERED_TOKENS);
  private readonly checks: JWTVerifyOptions;
  private readonly leewayS: number;
  private readonly maxAgeS: number;
  private readonly everybody: Permissions | undefined;

  private constructor(
    private readonly findKey: JWTVerifyGetKey,
    { algorithms, issuer, audience, leewayS, maxAgeS = 0, everybody }: VerifierOptions,
  ) {
    this.leewayS = leewayS;
    this.maxAgeS = maxAgeS;
    this.everybody = everybody;
    this.checks = {
      algorithms: [...algorithms],
      clockTolerance: leewayS,
      ...(issuer && { issuer }),
      ...(audience && { audience }),
    };
  }

  /** @throws Error if a key is unreadable, or if keys and algorithms do not go together. Fetches nothing yet. */
  static async create(options: VerifierOptions): Promise<TokenVerifier> {
    const unknown = options.algorithms.filter((algorithm) => !ALGORITHMS.includes(algorithm));
    if (unknown.length > 0) throw new Error(`No algorithm of tokens: ${unknown.join(', ')}`);
    return new TokenVerifier(createKeyFinder(options), options);
  }

  /**
   * @throws CodedError `unauthorized` that says why, and never holds anything of the token; `unavailable` if the keys at
   * `jwksUrl` are needed and cannot be fetched.
   */
  async verify(token: string): Promise<Permissions> {
    if (token.length > TOKEN_MAX_BYTES) {
      throw new CodedError('unauthorized', `The token is longer than ${TOKEN_MAX_BYTES} bytes`);
    }
    const known = this.verified.get(token);
    if (known !== undefined) return known;

    const permissions = Permissions.of(this.limited(readClaims(await this.payloadOf(token))), this.everybody);
    const expiresMs = (permissions.expiresAtMs ?? Infinity) + this.leewayS * 1000;
    this.verified.set(token, permissions, Math.min(expiresMs, Date.now() + REMEMBERED_MS));
    return permissions;
  }

  /** The claims as `maxAgeS` lets them be, also of a token that was let in earlier or elsewhere. @throws CodedError `unauthorized` */
  limited(claims: TokenClaims): TokenClaims {
    return this.maxAgeS > 0 ? limitAge(claims, this.maxAgeS, this.leewayS) : claims;
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, this.findKey, this.checks)).payload;
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return this.payloadByAnyOf(error, token);
      throw tokenRefusal(error);
    }
  }

  /** For a token that does not say which of several keys signed it. */
  private async payloadByAnyOf(keys: errors.JWKSMultipleMatchingKeys, token: string): Promise<JWTPayload> {
    for await (const key of keys) {
      try {
        return (await jwtVerify(token, key, this.checks)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw tokenRefusal(error);
      }
    }
    throw tokenRefusal(new errors.JWSSignatureVerificationFailed());
  }
}
