import { Type } from '@sinclair/typebox';

/** Maximum number of characters (UTF-16) of `sub` and `jti` of a token. */
const TOKEN_NAME_MAX = 256;

/** `sub` and `jti`: in a token, in a revocation and in a path. The description ends the sentence "… must be". */
export const TokenNameSchema = Type.String({
  minLength: 1,
  maxLength: TOKEN_NAME_MAX,
  description: `a text of 1 to ${TOKEN_NAME_MAX} characters`,
});

export const UserParamsSchema = Type.Object({ user: TokenNameSchema });

const Name = Type.Optional(TokenNameSchema);

/** What to revoke: one token by its `jti`, all tokens of a subject that were issued until now, or both. */
export const RevocationSchema = Type.Unsafe<{ jti?: string; sub?: string }>(
  Type.Union([Type.Object({ jti: Name, sub: TokenNameSchema }), Type.Object({ jti: TokenNameSchema, sub: Name })], {
    examples: [{ sub: 'ann' }, { jti: '0f8fad5b-d9cb-469f-a165-70867728950e' }],
  }),
);
