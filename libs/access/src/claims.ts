import { FormatRegistry, type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { API_SCOPES, type ApiScope, CodedError, TokenNameSchema, utf8Length } from '@tetracast/message-model';
import { isPattern } from './patterns';

/** Most bytes of what a token says about a member. */
const INFO_MAX_BYTES = 1024;

/** Most patterns in one list of a token. */
const PATTERNS_MAX = 100;

FormatRegistry.Set('channel-pattern', isPattern);

/** The name of a relay, as in its URL. */
const RELAY_NAME = '[a-z0-9]+(-[a-z0-9]+)*';

/** What `exp`, `nbf` and `iat` must be (RFC 7519, section 2, "NumericDate"). */
export const NUMERIC_DATE = 'a number of seconds since 1970';

const Time = Type.Optional(Type.Number({ description: NUMERIC_DATE }));

const PATTERNS = { description: `a list of up to ${PATTERNS_MAX} patterns, such as "news", "chat:*" or "*"` };
const Patterns = Type.Array(Type.String({ ...PATTERNS, format: 'channel-pattern' }), {
  ...PATTERNS,
  maxItems: PATTERNS_MAX,
});

const SCOPES = { description: `a list of scopes of the API: ${API_SCOPES.join(', ')}` };
const ApiScopeSchema = Type.Unsafe<ApiScope>(
  Type.Union(
    API_SCOPES.map((scope) => Type.Literal(scope)),
    SCOPES,
  ),
);

const RELAYS = { description: `a list of up to ${PATTERNS_MAX} names of relays, or "*" for all` };
const Relays = Type.Array(Type.String({ ...RELAYS, pattern: `^(${RELAY_NAME}|\\*)$` }), {
  ...RELAYS,
  maxItems: PATTERNS_MAX,
});

/**
 * The claims that the gateway reads (RFC 7519, section 4); it ignores all others. Each description
 * ends the sentence "the claim must be …".
 */
const TokenClaimsSchema = Type.Object({
  sub: Type.Optional(TokenNameSchema),
  jti: Type.Optional(TokenNameSchema),
  iat: Time,
  exp: Time,
  tetracast: Type.Optional(
    Type.Object(
      {
        subscribe: Type.Optional(Patterns),
        publish: Type.Optional(Patterns),
        presence: Type.Optional(Patterns),
        end: Type.Optional(Patterns),
        cancel: Type.Optional(Patterns),
        relay: Type.Optional(Relays),
        info: Type.Optional(Type.Unknown({ description: `JSON of up to ${INFO_MAX_BYTES} bytes` })),
        admin: Type.Optional(Type.Boolean({ description: 'true or false' })),
        api: Type.Optional(Type.Array(ApiScopeSchema, SCOPES)),
      },
      { description: 'an object, with "subscribe" and "publish"' },
    ),
  ),
});

type GivenClaims = Static<typeof TokenClaimsSchema>;
type TetracastClaim = NonNullable<GivenClaims['tetracast']>;

type RareClaim = 'end' | 'cancel' | 'relay' | 'info' | 'api';

/** The claims of a token, as read and as stored in JSON. Times in seconds, as in RFC 7519. */
export interface TokenClaims extends Omit<GivenClaims, 'tetracast'> {
  /** Most tokens have none of the optional members. */
  readonly tetracast: Required<Omit<TetracastClaim, RareClaim>> & Pick<TetracastClaim, RareClaim>;
}

/**
 * Reads the claims from a token's payload or from stored claims. A missing list grants nothing.
 * @throws CodedError `unauthorized` that names the first claim of a wrong form.
 */
export function readClaims(payload: unknown): TokenClaims {
  if (!Value.Check(TokenClaimsSchema, payload)) throw new CodedError('unauthorized', explain(payload));
  const { sub, jti, iat, exp, tetracast = {} } = payload;
  const { subscribe = [], publish = [], presence = [], admin = false, end, cancel, relay, info, api } = tetracast;
  if (info !== undefined && utf8Length(JSON.stringify(info)) > INFO_MAX_BYTES)
    throw new CodedError('unauthorized', wrongClaim('tetracast.info', `JSON of up to ${INFO_MAX_BYTES} bytes`));
  return {
    ...(sub !== undefined && { sub }),
    ...(jti !== undefined && { jti }),
    ...(iat !== undefined && { iat }),
    ...(exp !== undefined && { exp }),
    tetracast: {
      ...{ subscribe, publish, presence, admin },
      ...(end !== undefined && { end }),
      ...(cancel !== undefined && { cancel }),
      ...(relay !== undefined && { relay }),
      ...(info !== undefined && { info }),
      ...(api !== undefined && { api }),
    },
  };
}

/** The error text about a wrong claim; it holds nothing from the token. */
export const wrongClaim = (name: string, wanted: string): string => `The token's claim "${name}" must be ${wanted}`;

function explain(payload: unknown): string {
  const { path = '', schema } = Value.Errors(TokenClaimsSchema, payload).First() ?? {};
  // For `/tetracast/publish/0` the error names the list.
  const name = path.split('/').slice(1, 3).join('.');
  return name === ''
    ? 'The claims of the token must be a JSON object'
    : wrongClaim(name, schema?.description ?? 'left out');
}
