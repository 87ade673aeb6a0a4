import { FormatRegistry, type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { CodedError } from '@tetracast/message-model';
import { isPattern } from './patterns';

/** Most patterns in one list of a token. */
const PATTERNS_MAX = 100;

/** Most characters (UTF-16) of `sub` and `jti`, by which tokens are revoked: what is let in can be taken back. */
const TOKEN_NAME_MAX = 256;

FormatRegistry.Set('channel-pattern', isPattern);

/** What `sub` and `jti` may be, in a token and where it is revoked. */
export const TokenNameSchema = Type.String({ minLength: 1, maxLength: TOKEN_NAME_MAX });

const Patterns = Type.Array(Type.String({ format: 'channel-pattern' }), { maxItems: PATTERNS_MAX });

/** What the gateway reads of a token's claims (RFC 7519, section 4); whatever else stands there is ignored. */
const TokenClaimsSchema = Type.Object({
  sub: Type.Optional(TokenNameSchema),
  jti: Type.Optional(TokenNameSchema),
  iat: Type.Optional(Type.Number()),
  exp: Type.Optional(Type.Number()),
  tetracast: Type.Optional(
    Type.Object({
      subscribe: Type.Optional(Patterns),
      publish: Type.Optional(Patterns),
      presence: Type.Optional(Patterns),
      admin: Type.Optional(Type.Boolean()),
    }),
  ),
});

type GivenClaims = Static<typeof TokenClaimsSchema>;

/** What a token says, read; also what is stored of it, as JSON. Times in seconds, as in RFC 7519. */
export interface TokenClaims extends Omit<GivenClaims, 'tetracast'> {
  readonly tetracast: Required<NonNullable<GivenClaims['tetracast']>>;
}

/**
 * Takes what the gateway reads out of a token's payload, or of stored claims. What is not granted there is not granted.
 * @throws CodedError `unauthorized` if a claim has another shape.
 */
export function readClaims(payload: unknown): TokenClaims {
  if (!Value.Check(TokenClaimsSchema, payload)) {
    throw new CodedError('unauthorized', "The token's claims are unreadable");
  }
  const { sub, jti, iat, exp, tetracast = {} } = payload;
  const { subscribe = [], publish = [], presence = [], admin = false } = tetracast;
  return {
    ...(sub !== undefined && { sub }),
    ...(jti !== undefined && { jti }),
    ...(iat !== undefined && { iat }),
    ...(exp !== undefined && { exp }),
    tetracast: { subscribe, publish, presence, admin },
  };
}
