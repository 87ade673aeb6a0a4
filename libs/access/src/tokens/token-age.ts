import { CodedError } from '@tetracast/message-model';
import type { TokenClaims } from '../claims';

/**
 * The claims with an `exp` at most `maxAgeS` after the token was issued; 0: of any age.
 * @throws CodedError `unauthorized` if the token is older than that, or has no `iat`; at any age if its `iat` is in the future, since
 * no revocation of its subject would cover it
 */
export function limitAge(claims: TokenClaims, maxAgeS: number, leewayS: number, nowMs: number): TokenClaims {
  const { iat, exp = Infinity } = claims;
  const nowS = nowMs / 1000;
  if (iat !== undefined && iat > nowS + leewayS)
    throw new CodedError('unauthorized', 'The token is not valid yet: its "iat" is in the future');
  if (maxAgeS === 0) return claims;
  if (iat === undefined) throw new CodedError('unauthorized', 'The token has no issue time: add the claim "iat"');
  const end = Math.min(exp, iat + maxAgeS);
  if (end <= nowS - leewayS) throw new CodedError('unauthorized', 'The token is too old: send a new one');
  return { ...claims, exp: end };
}
