import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { CodedError } from '@tetracast/message-model';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import { ALGORITHMS } from '../keys/algorithms';
import { readClaims, type TokenClaims } from '../claims';
import { Permissions } from '../permissions';
import { limitAge } from './token-age';
import { tokenRefusal } from './token-refusal';
import { createKeyFinder, type KeyOptions } from '../keys/verification-keys';
import { VerifiedTokens } from './verified-tokens';

export interface VerifierOptions extends KeyOptions {
  /** Its bytes in UTF-8 are the key of HS256, HS384 and HS512. */
  readonly secret?: string;
  /** PEM: SPKI or an X.509 certificate. */
  readonly publicKey?: string;
  /** URL of a key set (RFC 7517), instead of a public key. */
  readonly jwksUrl?: string;
  /** Required `iss`; absent or empty: any. */
  readonly issuer?: string;
  /** Required `aud`, alone or in a list; absent or empty: any. */
  readonly audience?: string;
  /** Tolerated clock skew when `exp`, `nbf` and `iat` are checked. */
  readonly leewayS: number;
  /** Most seconds after its `iat` that a token is accepted; absent or 0: until its `exp`. */
  readonly maxAgeS?: number;
  /** Permissions of everybody, with or without a token. */
  readonly everybody?: Permissions;
}

/** A longer token is refused unread. */
const TOKEN_MAX_BYTES = 8192;

const REMEMBERED_TOKENS = 1000;
/** After this time a token is verified again, so a withdrawn key stays valid no longer. */
const REMEMBERED_MS = 60_000;

/** Checks signed JWTs (RFC 7519) in this process. */
export class TokenVerifier {
  private readonly verified: VerifiedTokens;
  private readonly runtime: Runtime;
  private readonly checks: JWTVerifyOptions;
  private readonly leewayS: number;
  private readonly maxAgeS: number;
  private readonly everybody: Permissions | undefined;

  private constructor(
    private readonly findKey: JWTVerifyGetKey,
    { algorithms, issuer, audience, leewayS, maxAgeS = 0, everybody, runtime = nodeRuntime }: VerifierOptions,
  ) {
    this.runtime = runtime;
    this.verified = new VerifiedTokens(REMEMBERED_TOKENS, runtime);
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
    if (unknown.length > 0) throw new Error(`Not an algorithm for tokens: ${unknown.join(', ')}`);
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
    this.verified.set(token, permissions, Math.min(expiresMs, this.runtime.now() + REMEMBERED_MS));
    return permissions;
  }

  /** As {@link limitAge}, also for claims stored earlier or by another process. @throws CodedError `unauthorized` */
  limited(claims: TokenClaims): TokenClaims {
    return limitAge(claims, this.maxAgeS, this.leewayS, this.runtime.now());
  }

  private checksNow(): JWTVerifyOptions {
    return { ...this.checks, currentDate: new Date(this.runtime.now()) };
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, this.findKey, this.checksNow())).payload;
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return this.payloadByAnyOf(error, token);
      throw tokenRefusal(error);
    }
  }

  /** For a token without `kid` that several keys may have signed. */
  private async payloadByAnyOf(keys: errors.JWKSMultipleMatchingKeys, token: string): Promise<JWTPayload> {
    for await (const key of keys) {
      try {
        return (await jwtVerify(token, key, this.checksNow())).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw tokenRefusal(error);
      }
    }
    throw tokenRefusal(new errors.JWSSignatureVerificationFailed());
  }
}
